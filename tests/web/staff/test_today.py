"""The desk's first page: whose day it is, what is next for each, and how little it asks of the database."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from exodrive.bookings import attention, day
from exodrive.bookings.models import Attention, Booking
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests import rental
from tests.web.staff import made_up
from tests.web.staff.conftest import SignedIn
from tests.web.staff.test_list import statements

NEW_YORK = ZoneInfo("America/New_York")


def at(hour: int, *, days: int = 0) -> datetime:
    """An hour of today's, or of another day near it, by the house's clock."""
    today = clock.now().astimezone(NEW_YORK).date() + timedelta(days=days)
    return datetime.combine(today, time(hour), NEW_YORK)


def change(booking_id: UUID, **values: object) -> None:
    with transaction():
        session().execute(update(Booking).where(Booking.id == booking_id).values(**values))


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The middle of a day, so that hours before and after it are of that day."""
    moment = at(12)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


def part(page: str, heading: str) -> str:
    """The panel below a heading."""
    return page.partition(f">{heading}</h2>")[2].partition("</section>")[0]


def test_each_stands_where_it_belongs(house: Flask, signed_in: SignedIn, noon: datetime) -> None:
    out, _tomorrow, back, late, returned = (
        made_up.bookings(1, start=number, state=state)[0]
        for number, state in enumerate(("confirmed", "confirmed", "on_rent", "on_rent", "returned"))
    )
    change(out, pickup_at=at(15), return_at=at(15, days=3), deposit=0)
    change(back, pickup_at=at(9, days=-3), return_at=at(16))
    change(late, pickup_at=at(9, days=-4), return_at=at(9))
    change(returned, pickup_at=at(9, days=-5), return_at=at(9, days=-2))
    page = signed_in("agent").get("/desk")

    going = part(page, "Going out")
    assert "EXD-0000K1" in going
    assert "Ready for keys" in going
    assert "/desk/bookings/EXD-0000K1/hand-over" in going
    assert "EXD-0001K1" not in page, "that one is days away"
    coming = part(page, "Coming back")
    assert coming.index("EXD-0003K1") < coming.index("EXD-0002K1"), "who is late comes first"
    assert "Late by 3 h" in coming
    assert "tel:+13015550123" in coming
    assert "/desk/bookings/EXD-0002K1/take-back" in coming
    assert "/desk/bookings/EXD-0004K1/settle" in part(page, "To settle")
    assert "1 out, 2 back, 2 on the road" in page


def test_who_did_not_come_stays_for_a_week(house: Flask, signed_in: SignedIn, noon: datetime) -> None:
    yesterday, long_ago = made_up.bookings(2)
    change(yesterday, pickup_at=at(10, days=-1), return_at=at(10, days=3), deposit=0)
    change(long_ago, pickup_at=at(10, days=-9), return_at=at(10, days=3), deposit=0)
    going = part(signed_in("agent").get("/desk"), "Going out")
    assert "EXD-0000K1" in going
    assert "Due for 1 day" in going
    assert "EXD-0001K1" not in going


def test_what_misses_something_says_what(house: Flask, signed_in: SignedIn, noon: datetime) -> None:
    unsecured, unsigned, later = made_up.bookings(3)
    change(unsecured, pickup_at=at(15), return_at=at(15, days=2))
    change(unsigned, pickup_at=at(16), return_at=at(16, days=2), state="awaiting_signature")
    change(later, pickup_at=at(10, days=2), return_at=at(10, days=4), deposit_asked_at=noon)
    page = signed_in("agent").get("/desk")
    going = part(page, "Going out")
    assert "No deposit yet" in going
    assert "/EXD-0000K1/ask-deposit" in going
    assert "Not signed" in going
    unready = part(page, "Not ready for the next three days")
    assert "Deposit asked" in unready
    assert "/EXD-0002K1/send-link" in unready


def test_a_viewer_sees_the_day_and_no_deed(house: Flask, signed_in: SignedIn, noon: datetime) -> None:
    change(made_up.bookings(1)[0], pickup_at=at(15), return_at=at(15, days=2), deposit=0)
    going = part(signed_in("viewer").get("/desk"), "Going out")
    assert "EXD-0000K1" in going
    assert "hand-over" not in going


def test_what_needs_a_person_is_named(house: Flask, signed_in: SignedIn) -> None:
    booking_id = made_up.bookings(1)[0]
    with transaction():
        attention.call_for(session().get_one(Booking, booking_id), Attention.MAIL_BOUNCED)
    browser = signed_in("viewer")
    needs = part(browser.get("/desk"), "Needs you")
    assert "EXD-0000K1" in needs
    assert "A mail came back" in needs
    assert 'id="day"' in browser.fragment("/desk"), "the page looks again by itself"


def test_the_next_rental_of_a_car_that_comes_back(house: Flask) -> None:
    """A booking is not its own next one, and what is weeks away is no hurry."""
    waiting_for_it, out = rental.hold("aurelia-gt"), made_up.bookings(1)[0]
    with transaction():
        coming, there = (session().get_one(Booking, each) for each in (waiting_for_it, out))
        soon, early = (coming.pickup_at - timedelta(days=each) for each in (1, 8))
        assert day._next_out([there], at=soon) == {there.car_id: coming.pickup_at}
        assert day._next_out([coming], at=soon) == {}
        assert day._next_out([there], at=early) == {}


def test_more_bookings_ask_no_more_questions(house: Flask, signed_in: SignedIn, noon: datetime) -> None:
    browser = signed_in("owner")
    for booking_id in made_up.bookings(2):
        change(booking_id, pickup_at=at(15), return_at=at(15, days=2))
    browser.get("/desk")
    with statements(house) as few:
        browser.get("/desk")
    for booking_id in made_up.bookings(30, start=2):
        change(booking_id, pickup_at=at(15), return_at=at(15, days=2))
    with statements(house) as many:
        browser.get("/desk")
    assert len(many) == len(few), many
    assert len(few) <= 45, few
