"""A worker stands still for longer than its leases, as on a machine that was put to sleep, and wakes up."""

from __future__ import annotations

from collections.abc import Callable

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
    house.kill("worker")
    house.start("worker")
    with line.losing("/v2/checkout/orders", calls=len(people)):
        crowd.each(people, Customer.order)
    books.wait_until_only("payments.perform", len(people))  # it holds no lock that others wait for
    with house.frozen("worker"):
        line.mend()
        twin("worker")
        books.end_leases()
        for person in people:
            until(
                lambda person=person: person.get(person.link).link("/checkoutnow"), what="the way to PayPal"
            )
        line.deliver()
    until(lambda: house.log.count("lease lost") == len(people), what="the late answers to be turned away")
    for person in people:
        person.come_back(person.approve())
        books.wait_for(person.link, "awaiting_signature")
    books.wait_until_quiet()
    for person in people:
        (order,) = books.paypal_orders(books.booking(person.link)["reference"])
        assert len(order["authorizations"]) == 1
        assert set(books.mails(person.email).values()) == {1}
    assert books.troubles() == []
