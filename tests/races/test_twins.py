"""Two of each process beside each other, as during a release or after somebody's slip: all is done once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exodrive.tasks import sweeps
from tests.chaos import sweeping
from tests.live import LiveHouse
from tests.races import crowd, days
from tests.races.books import Books
from tests.races.customer import Customer

pytestmark = pytest.mark.race

CARS = ("aurelia-gt", "calder-brake", "corsara-v10-spyder", "harrowgate-six")
MAILS = {"booking_received": 1, "payment_received": 1, "sign_agreement": 1, "confirmed": 1}


def test_two_relays_two_schedulers_and_two_workers(
    house: LiveHouse, customer: Callable[[], Customer], books: Books, twin: Callable[[str], None]
) -> None:
    for name in ("relay", "scheduler", "worker"):
        twin(name)
    people = [customer() for _ in CARS]

    def rent(wish: tuple[Customer, str]) -> None:
        person, car = wish
        person.hold(person.look(car, days.span(days.monday(14), start=10, end=58)))
        assert person.order().status_code == 303
        person.come_back(person.approve())
        sweep_twice(house)
        person.come_back(person.sign())
        sweep_twice(house)
        books_of_one = Books.of(house)
        books_of_one.wait_for(person.link, "confirmed")
        books_of_one.database.close()

    crowd.each(list(zip(people, CARS, strict=True)), rent)
    books.wait_until_quiet()
    for person in people:
        (order,) = books.paypal_orders(books.booking(person.link)["reference"])
        assert len(order["authorizations"]) == 1
        assert books.mails(person.email) == MAILS
    assert len(books.simulated("docuseal.submission")) == books.value("SELECT count(*) FROM contracts")
    assert books.troubles() == []


def sweep_twice(house: LiveHouse) -> None:
    """What two schedulers send in the same minute."""
    for _ in range(2):
        sweeping.send(house, sweeps.EVERY_MINUTE)
