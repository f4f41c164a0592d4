"""A worker stands still for longer than its leases, as on a machine that was put to sleep, and wakes up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.live import LiveHouse
from tests.races import crowd, days
from tests.races.books import Books
from tests.races.customer import Customer
from tests.races.patience import until
from tests.races.slow_line import SlowLine

pytestmark = pytest.mark.race

CARS = ("calder-brake", "corsara-v10-spyder", "harrowgate-six")


def test_a_worker_that_wakes_after_its_leases_changes_nothing(
    house: LiveHouse,
    customer: Callable[[], Customer],
    books: Books,
    line: SlowLine,
    twin: Callable[[str], None],
) -> None:
    """PayPal has answered it. By the time it reads the answers, another one has done its work."""
    people = [customer() for _ in CARS]
    for person, car in zip(people, CARS, strict=True):
        assert person.hold(person.look(car, days.span(days.monday(12), start=10, end=58))).status_code == 303
    turned_away = house.log.count("lease lost")
    house.kill("worker")
    house.start("worker")
    with line.losing("/v2/checkout/orders", calls=len(people)):
        crowd.each(people, Customer.order)
    books.wait_until_only("payments.perform", len(people))
    with asleep(house, books):
        line.mend()
        twin("worker")
        books.end_leases()
        for person in people:
            until(
                lambda person=person: person.get(person.link).link("/checkoutnow"), what="the way to PayPal"
            )
        line.deliver()
    turned_away += len(people)
    until(lambda: house.log.count("lease lost") == turned_away, what="the late answers to be turned away")
    for person in people:
        person.come_back(person.approve())
        books.wait_for(person.link, "awaiting_signature")
    books.wait_until_quiet()
    for person in people:
        (order,) = books.paypal_orders(books.booking(person.link)["reference"])
        assert len(order["authorizations"]) == 1
        assert set(books.mails(person.email).values()) == {1}
    assert books.troubles() == []


@contextmanager
def asleep(house: LiveHouse, books: Books) -> Iterator[None]:
    """The worker stands still, and holds no lock of a sweep that others would wait for."""
    while True:
        with house.frozen("worker"):
            if nothing_lasts(books):
                yield
                return
        time.sleep(0.1)


def nothing_lasts(books: Books) -> bool:
    """Whether every transaction in the house's database ends: that of one who stands still does not."""
    query = (
        "SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
    )
    begun = {tuple(row.values()) for row in books.rows(query)}
    for _ in range(20):
        if not begun:
            return True
        time.sleep(0.1)
        begun &= {tuple(row.values()) for row in books.rows(query)}
    return False
