"""The store of the files refuses all, as a full disk does: nothing is lost, and people are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.live import LiveHouse
from tests.photographs import SMALL
from tests.picture_files import picture
from tests.races import days
from tests.races.books import Books
from tests.races.customer import Customer
from tests.races.patience import until

pytestmark = pytest.mark.race

NewCustomer = Callable[[], Customer]
KEPT = "SELECT count(*) FROM driver_papers WHERE booking_id = %(id)s"
FAILED = "SELECT count(*) FROM deliveries WHERE last_error IS NOT NULL AND state = 'pending'"


def test_the_store_takes_nothing_for_a_while(house: LiveHouse, customer: NewCustomer, books: Books) -> None:
    person = customer()
    person.hold(person.look("noctua-s", days.span(days.monday(16), start=10, end=58)))
    person.order()
    person.come_back(person.approve())
    booking = books.wait_for(person.link, "awaiting_signature")
    back = person.sign()
    with store_away(house):
        refused = photograph(person)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        person.come_back(back)
        until(lambda: books.value(FAILED), what="the signed agreement to find no room")
        assert books.booking(person.link)["state"] == "awaiting_signature"
    assert photograph(person).status_code == 303
    assert books.value(KEPT, id=booking["id"]) == 1
    books.end_leases()
    books.wait_for(person.link, "confirmed")
    books.wait_until_quiet()
    assert books.troubles() == []


def photograph(person: Customer) -> requests.Response:
    photo = {"paper": ("licence.jpg", picture(size=SMALL), "image/jpeg")}
    return person.send(person.get(person.link), "/papers/0/licence_front", files=photo)


@contextmanager
def store_away(house: LiveHouse) -> Iterator[None]:
    """In the place of the folder there is a file, in which nothing can be put."""
    folder = Path(house.environment["STORAGE_URL"].removeprefix("file://"))
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)
