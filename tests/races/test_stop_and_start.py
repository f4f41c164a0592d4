"""Everything is killed in the middle of a rental and started again: nothing is lost, nothing done twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
import redis

from tests.live import LiveHouse
from tests.races import crowd, days
from tests.races.books import Books, Row
from tests.races.customer import Customer
from tests.races.desk import Desk
from tests.races.slow_line import SlowLine

pytestmark = pytest.mark.race

AT_ONCE = 10  # more bookings than a worker has threads
IN_FLIGHT = 5  # calls that a worker has made, and heard nothing of, when it is killed
CARS = ("aurelia-gt-green", "calder-brake", "corsara-v10-spyder", "harrowgate-six", "bramante-s")


@pytest.fixture
def blackout(house: LiveHouse, books: Books, line: SlowLine) -> Callable[[], None]:
    """Call it to kill everything but PostgreSQL at once, with an emptied queue, and to start it again."""

    def strike() -> None:
        with redis.Redis.from_url(house.redis.url) as store:
            store.flushall()
        house.kill_all()
        line.mend()
        books.end_leases()
        house.start_missing()

    return strike


def test_a_rental_through_six_blackouts(
    house: LiveHouse,
    customer: Callable[[], Customer],
    books: Books,
    line: SlowLine,
    blackout: Callable[[], None],
) -> None:
    """Where PayPal was called, it has done its part, and the answer was on its way as the light went out."""
    person, desk = customer(), Desk(house)
    assert person.hold(person.look("aurelia-gt", days.span(days.monday(1), start=10, end=58))).ok
    blackout()  # held
    with line.losing("/v2/checkout/orders"):
        assert person.order().status_code == 303
    blackout()  # ordered
    with line.losing("/authorize"):
        back_from_paypal = person.approve()
    blackout()  # approved at PayPal, and not yet back
    person.come_back(back_from_paypal)
    back_from_signing = person.sign()
    blackout()  # signed at DocuSeal, and not yet back
    person.come_back(back_from_signing)
    reference = books.wait_for(person.link, "confirmed")["reference"]
    desk.sign_in()
    desk.do(reference, "ask-deposit")
    assert person.send(person.get(person.link), "/deposit").status_code == 303
    person.approve()
    blackout()  # the deposit approved; the payer never comes back, and PayPal's message tells
    books.wait_for_payment(person.link, "deposit", "authorized")
    desk.hand_over(reference, odometer=20_000)
    desk.take_back(reference, odometer=20_150, fuel=7)
    with line.losing("/capture", calls=2):
        desk.settle(reference)
    blackout()  # settling: the rental is captured, and the charges from the deposit
    books.wait_for(person.link, "closed")
    books.wait_until_quiet()

    booking = books.booking(person.link)
    check_paypal(books, booking)
    check_ledger(books, booking)
    check_mails(books, booking, person.email)
    assert len(books.simulated("docuseal.submission")) == books.value("SELECT count(*) FROM contracts")
    assert books.value("SELECT count(*) FROM invoices WHERE booking_id = %(id)s", id=booking["id"]) == 1
    assert books.troubles() == []


def check_paypal(books: Books, booking: Row) -> None:
    """One order, one authorization and one capture for the rental, and the same for the deposit."""
    orders = books.paypal_orders(booking["reference"])
    charges = books.value(
        "SELECT sum(amount) FROM booking_charges WHERE booking_id = %(id)s", id=booking["id"]
    )
    assert len(orders) == 2
    for order, captured in zip(orders, (booking["total"], charges), strict=True):
        (authorization,) = order["authorizations"]
        (capture,) = order["captures"]
        assert authorization["status"] in ("CAPTURED", "PARTIALLY_CAPTURED")
        assert capture["status"] == "COMPLETED"
        assert Decimal(capture["amount"]["value"]) * 100 == captured


def check_ledger(books: Books, booking: Row) -> None:
    """Every posting sums to zero, and after the end nobody owes anybody anything."""
    unbalanced = "SELECT posting_id FROM ledger_entries GROUP BY posting_id, currency HAVING sum(amount) <> 0"
    assert books.rows(unbalanced) == []
    left = {
        row["account"]: row["left"]
        for row in books.rows(
            'SELECT account, sum(amount)::bigint AS "left" FROM ledger_entries'
            " JOIN ledger_postings p ON p.id = posting_id WHERE booking_id = %(id)s GROUP BY account",
            id=booking["id"],
        )
    }
    assert left["paypal_clearing"] > 0
    assert (left["customer_prepayments"], left.get("receivable", 0)) == (0, 0)


def check_mails(books: Books, booking: Row, email: str) -> None:
    """Each letter was written once, and the customer got it once."""
    written = books.rows("SELECT template, state FROM messages WHERE booking_id = %(id)s", id=booking["id"])
    mails = books.mails(email)
    assert mails == dict.fromkeys((row["template"] for row in written), 1)
    assert mails.keys() >= {"booking_received", "sign_agreement", "confirmed", "deposit_held", "invoice"}


def test_a_worker_killed_while_many_pay(
    house: LiveHouse, customer: Callable[[], Customer], books: Books, line: SlowLine
) -> None:
    """PayPal has done what was asked, and the answers never arrive: nothing is lost, nothing done twice."""
    people = [customer() for _ in range(AT_ONCE)]
    spans = [days.span(days.monday(2 + number % 2), start=10, end=58) for number in range(AT_ONCE)]
    wishes = [(person, CARS[number // 2], spans[number]) for number, person in enumerate(people)]
    crowd.each(wishes, lambda wish: wish[0].hold(wish[0].look(wish[1], wish[2])))

    def killed() -> None:
        house.kill("worker")
        line.mend()
        books.end_leases()
        house.start_missing()

    killed()
    with line.losing("/v2/checkout/orders", calls=IN_FLIGHT):
        crowd.each(people, Customer.order)
    killed()
    returns = list(zip(people, crowd.each(people, Customer.approve), strict=True))
    with line.losing("/authorize", calls=IN_FLIGHT):
        crowd.each(returns, lambda each: each[0].come_back(each[1]))
    killed()
    for person in people:
        books.wait_for(person.link, "awaiting_signature")
    books.wait_until_quiet()
    for person in people:
        booking = books.booking(person.link)
        (order,) = books.paypal_orders(booking["reference"])
        assert len(order["authorizations"]) == 1
        assert books.mails(person.email) == {
            "booking_received": 1,
            "payment_received": 1,
            "sign_agreement": 1,
        }
    assert books.troubles() == []
