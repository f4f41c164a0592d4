"""The list of bookings: views, search, pages, and how little it asks of the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from exodrive.bookings import queries
from exodrive.kernel.db import db, transaction
from tests import rental
from tests.web.staff import made_up
from tests.web.staff.conftest import SignedIn

ROW = re.compile(r'href="/desk/bookings/(EXD-[0-9A-Z]+)"')


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_views_show_what_they_say(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(2)
    rental.hold("corsara-v10")
    browser = signed_in("viewer")
    assert len(ROW.findall(browser.get("/desk/bookings"))) == 3
    assert len(ROW.findall(browser.get("/desk/bookings?view=confirmed"))) == 2
    assert len(ROW.findall(browser.get("/desk/bookings?view=unpaid"))) == 1
    assert "Nothing here" in browser.get("/desk/bookings?view=to_settle")
    fragment = browser.fragment("/desk/bookings?view=unpaid")
    assert 'id="list"' in fragment
    assert '<nav hx-swap-oob="true" class="tabs"' in fragment


@pytest.mark.parametrize(
    "words", ["EXD-0001K1", "exd-ooolki", "0001k1", "nunez jose", "NÚÑEZ", "person1@mail"]
)
def test_the_search_forgives(words: str, house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(4)
    found = ROW.findall(signed_in("viewer").get(f"/desk/bookings?q={words}"))
    assert "EXD-0001K1" in found


def test_a_plate_is_found_with_and_without_its_space(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(1)
    browser = signed_in("viewer")
    with transaction():
        plate = rental.fleet.car("aurelia-gt").plate
    for words in (plate, plate.replace(" ", "").lower()):
        assert len(ROW.findall(browser.get(f"/desk/bookings?q={words}"))) == 1
    assert "No booking matches" in browser.get("/desk/bookings?q=nowhere-to-be-found")


def test_older_bookings_come_page_by_page(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(60)
    browser = signed_in("viewer")
    seen: list[str] = []
    page = browser.get("/desk/bookings?view=all")
    for _ in range(2):
        seen += ROW.findall(page)
        following = re.search(r'href="(/desk/bookings\?[^"]*after=[^"]+)"', page)
        assert following is not None
        page = browser.fragment(following.group(1).replace("&amp;", "&"))
        assert '<tbody id="rows">' in page
    seen += ROW.findall(page)
    assert "after=" not in page
    assert len(seen) == 60
    assert len(set(seen)) == 60
    assert browser.client.get("/desk/bookings?after=rubbish").status_code == 422


@pytest.mark.parametrize("words", ["Okafor", "maya aurelia"])
def test_a_search_goes_on_page_by_page_beyond_the_latest(
    words: str, house: Flask, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "NEAR", 10)
    made_up.bookings(120)
    browser = signed_in("viewer")
    first = browser.get(f"/desk/bookings?view=all&q={words}")
    following = re.search(r'href="(/desk/bookings\?[^"]*after=[^"]+)"', first)
    assert following is not None
    rest = browser.fragment(following.group(1).replace("&amp;", "&"))
    seen = ROW.findall(first) + ROW.findall(rest)
    assert len(seen) == len(set(seen)) == 30
    with house.app_context():
        latest = queries.listing(view="all", text=words, limit=30)
        assert [row.booking.reference for row in latest.rows] == seen


def test_from_a_day_on(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(5)
    first = rental.next_weekday_at_ten(10).date()
    page = signed_in("viewer").get(f"/desk/bookings?from={first.isoformat()}")
    assert len(ROW.findall(page)) == 5
    later = (rental.next_weekday_at_ten(10) + rental.timedelta(days=3)).date()
    assert len(ROW.findall(signed_in("agent").get(f"/desk/bookings?from={later.isoformat()}"))) == 2


def test_more_rows_ask_no_more_questions(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(5)
    browser = signed_in("viewer")
    browser.get("/desk/bookings")
    with statements(house) as few:
        browser.get("/desk/bookings")
    made_up_more = made_up.bookings(55, start=5)
    assert len(made_up_more) == 55
    with statements(house) as many:
        assert len(ROW.findall(browser.get("/desk/bookings"))) == 25
    assert len(many) == len(few)
    assert len(few) <= 16, few
    with statements(house) as one:
        browser.get("/desk/bookings/EXD-0001K1")
    assert len(one) <= 30, one
