"""The desk's first page and its search read what they show by an index, however many bookings there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from exodrive.bookings import day, queries
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests.filled import FilledHouse
from tests.plans.explained import watched
from tests.web.staff.browser import Browser

pytestmark = pytest.mark.slow

TYPED = (
    "okafor",
    "(301) 555-0123",
    "exd7k4m2q",
    "aurelia gt",
    "müller",
    "guest-4711@guests.example",
    "zz9 k",
)


@pytest.fixture(scope="module")
def desk(house: FilledHouse) -> Iterator[Browser]:
    """The owner's browser."""
    limiter.enabled, before = False, limiter.enabled
    browser = Browser(house.app.test_client())
    assert browser.sign_in(*house.owner).status_code in (302, 303)
    yield browser
    limiter.enabled = before


def test_the_day(desk: Browser) -> None:
    with watched() as watch:
        desk.get("/desk")
    assert watch.faults == []


@pytest.mark.parametrize("days", [-30, 9, 60])
def test_other_days(house: FilledHouse, days: int) -> None:
    start = clock.now() + timedelta(days=days)
    with watched() as watch:
        day.of(start=start, end=start + timedelta(days=1), at=start)
    assert watch.faults == []


def test_what_needs_a_person_among_many(house: FilledHouse) -> None:
    """A few flags anywhere in the books: their own index has them and nothing else."""
    with transaction():
        flag = "UPDATE bookings SET attention = 'mail_bounced' WHERE right(reference, 2) = '7K'"
        session().execute(text(flag))
    with watched() as watch:
        found = day._flagged()
    with transaction():
        session().execute(text("UPDATE bookings SET attention = NULL WHERE right(reference, 2) = '7K'"))
    assert found
    assert watch.faults == []


@pytest.mark.parametrize("typed", TYPED)
def test_finding_anything(desk: Browser, typed: str) -> None:
    with watched() as watch:
        desk.get(f"/desk/find?q={quote(typed)}")
    assert watch.faults == []


def test_what_was_looked_at_lately(house: FilledHouse) -> None:
    with transaction():
        known = list(session().execute(text("SELECT reference FROM bookings LIMIT 6")).scalars())
    with watched() as watch:
        assert [row.booking.reference for row in queries.by_references(known)] == known
    assert watch.faults == []
