"""What others rely on goes away and comes back: the work waits, people are told, nothing is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import requests
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import circuits
from tests.live import LiveHouse
from tests.races import days
from tests.races.books import Books
from tests.races.customer import Customer
from tests.races.patience import until

pytestmark = pytest.mark.race

NewCustomer = Callable[[], Customer]


def test_a_customer_orders_while_paypal_is_away(
    house: LiveHouse, customer: NewCustomer, books: Books
) -> None:
    """The page promises the link by mail, and the mail comes when PayPal is back."""
    person = customer()
    person.hold(person.look("calder-brake", days.span(days.monday(6), start=10, end=58)))
    house.stop("simulators")
    assert person.order().status_code == 303
    promise = "the car stays reserved and we’ll e-mail you the payment link"
    until(lambda: promise in person.get(person.link).words, what=promise)
    assert books.booking(person.link)["state"] == "awaiting_payment"

    house.start_missing()
    circuits.pass_open_time(house.redis.url)
    books.end_leases()
    mail = books.mail(person.email, "payment_link")
    found = re.search(r"http\S+/b/\S+", mail["text"])
    assert found is not None
    assert urlsplit(found.group()).path == person.link
    on_another_screen = customer()
    on_another_screen.link = person.link
    on_another_screen.come_back(on_another_screen.approve())
    books.wait_for(person.link, "awaiting_signature")
    books.wait_until_quiet()
    assert len(books.paypal_orders(books.booking(person.link)["reference"])) == 1
    assert books.mails(person.email)["payment_link"] == 1


def test_valkey_stops_for_a_while(house: LiveHouse, customer: NewCustomer, books: Books) -> None:
    """Bookings are taken without it, and the work goes on when it is back, though it has forgotten all."""
    person = customer()
    others = {name: process for name, process in house.processes.items() if name != "valkey"}
    house.kill("valkey")
    person.hold(person.look("calder-brake", days.span(days.monday(10), start=10, end=58)))
    assert person.order().status_code == 303
    assert requests.get(f"{house.url}/readyz", timeout=30).json() == {"status": "ready", "redis": "away"}
    assert books.booking(person.link)["state"] == "awaiting_payment"
    house.start_missing()
    with redis.Redis.from_url(house.redis.url) as store:
        store.flushall()
    until(
        lambda: person.get(person.link).link("/checkoutnow"), what="the way to PayPal", seconds=120, pause=0.5
    )
    person.come_back(person.approve())
    books.wait_for(person.link, "awaiting_signature")
    books.wait_until_quiet()
    assert {name: process.poll() for name, process in others.items()} == dict.fromkeys(others)


def test_the_relay_listens_again_after_losing_its_connection(
    house: LiveHouse, customer: NewCustomer, books: Books
) -> None:
    person = customer()
    person.hold(person.look("calder-brake", days.span(days.monday(7), start=10, end=58)))
    page = person.get(person.link)
    until(lambda: len(listeners(books)) == 1, what="the relay to listen, and it alone")
    (before,) = listeners(books)
    books.rows("SELECT pg_terminate_backend(%(pid)s)", pid=before)
    (after,) = until(lambda: listeners(books) - {before}, what="the relay to listen again")
    assert person.order(page).status_code == 303
    until(lambda: person.get(person.link).link("/checkoutnow"), what="the way to PayPal")
    assert listeners(books) == {after}


def listeners(books: Books) -> set[int]:
    """The database sessions that wait for notifications."""
    here = "datname = current_database()"
    query = f"SELECT pid FROM pg_stat_activity WHERE {here} AND starts_with(query, 'LISTEN')"
    return {row["pid"] for row in books.rows(query)}


def test_the_database_is_away_for_a_moment(house: LiveHouse, customer: NewCustomer, books: Books) -> None:
    """Requests get 503 and when to come again; afterwards everything goes on by itself."""
    person = customer()
    person.hold(person.look("calder-brake", days.span(days.monday(8), start=10, end=58)))
    page = person.get(person.link)
    with database_away(house):
        for address in ("/readyz", "/", person.link):
            answer = requests.get(house.url + address, timeout=30)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "10"), address
        answer = person.order(page)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "10")
        assert requests.get(f"{house.url}/healthz", timeout=30).status_code == 200
    with_database = Books.of(house)
    with closing(with_database.database):
        assert requests.get(f"{house.url}/readyz", timeout=30).status_code == 200
        assert with_database.booking(person.link)["state"] == "held"
        assert person.order(page).status_code == 303
        person.come_back(person.approve())
        with_database.wait_for(person.link, "awaiting_signature")
        with_database.wait_until_quiet()


@contextmanager
def database_away(house: LiveHouse) -> Iterator[None]:
    """Nobody gets a connection to the house's database, and who has one loses it."""
    address = house.environment["DATABASE_URL"].replace("+psycopg", "")
    name = conninfo_to_dict(address)["dbname"]
    with psycopg.connect(make_conninfo(address, dbname="postgres"), autocommit=True) as elsewhere:
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            # A session that is told to end may still answer before it does.
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            until(lambda: not elsewhere.execute(ended, (name,)).fetchall(), what="everybody to be thrown out")
            yield
        finally:
            elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
