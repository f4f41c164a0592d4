"""Finding anything at the desk: by whatever is known of it, and nothing beyond the role."""

from __future__ import annotations

import html
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import update

from exodrive.bookings.models import Booking, Driver
from exodrive.customers import register
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests.web import nasty
from tests.web.staff import made_up
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn
from tests.web.staff.test_list import statements


def found(browser: Browser, words: str) -> str:
    return browser.get(f"/desk/find?q={quote(words)}").partition('id="found"')[2]


def test_a_booking_by_what_is_known_of_it(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(3)
    browser = signed_in("viewer")
    for words in (
        "EXD-0001K1", "exd-ooolki", "exdooo1k1", "0001k1", "nunez jose", "NÚÑEZ  josé", "person1@mail",
        "0001K1 aurelia", "exd 0001k1",
    ):  # fmt: skip
        assert "/desk/bookings/EXD-0001K1" in found(browser, words), words


def test_a_telephone_number_as_it_is_said(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(1)
    browser = signed_in("viewer")
    for words in ("(301) 555-0123", "555 0123", "+1 301 555 0123", "555-0123", "3015550123"):
        assert "/desk/bookings/EXD-0000K1" in found(browser, words), words


def test_deeds_are_those_of_the_role(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(2)
    as_viewer, as_agent, as_manager = (
        found(signed_in(role), "EXD-0001K1") for role in ("viewer", "agent", "manager")
    )
    assert "/EXD-0001K1/" not in as_viewer, "a viewer is shown no deed"
    assert "/EXD-0001K1/hand-over" in as_agent
    assert "/EXD-0001K1/cancel" in as_agent
    assert "waive-deposit" not in as_agent
    assert "/EXD-0001K1/waive-deposit" in as_manager
    assert "/hand-over" not in found(signed_in("agent"), "EXD-000"), "which of the two is not known"


@pytest.mark.parametrize(("words", "shown", "to"), [
    ("api", "/desk/tokens", {"manager", "owner"}),
    ("accounts", "/desk/people", {"owner"}),
    ("qeue", "/desk/queue", {"viewer", "agent", "manager", "owner"}),
    ("webhooks", "/desk/queue/received", {"viewer", "agent", "manager", "owner"}),
    ("new bo", "/desk/new", {"agent", "manager", "owner"}),
    ("promo", "/desk/promotions/new", {"manager", "owner"}),
])  # fmt: skip
def test_pages_are_those_of_the_role(
    words: str, shown: str, to: set[str], house: Flask, signed_in: SignedIn
) -> None:
    for role in ("viewer", "agent", "manager", "owner"):
        assert (f'href="{shown}"' in found(signed_in(role), words)) == (role in to), role


def test_customers_and_cars(house: Flask, signed_in: SignedIn) -> None:
    with transaction():
        register.ensure(
            email="grace@guests.example", name="Grace Müller", phone="+13015550199", at=clock.now()
        )
    browser = signed_in("viewer")
    assert "grace@guests.example" in found(browser, "muller")
    assert "Aurelia GT" in found(browser, "gt aurelia")


def test_what_was_looked_at_lately_comes_first(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(3)
    browser, other = signed_in("agent"), signed_in("manager")
    browser.get("/desk/bookings/EXD-0000K1")
    browser.get("/desk/bookings/EXD-0001K1")
    start = browser.fragment("/desk/find")
    assert start.index("EXD-0001K1") < start.index("EXD-0000K1")
    assert "EXD-0002K1" not in start
    assert "EXD-0000K1" not in other.fragment("/desk/find"), "that is somebody else's"
    among = found(browser, "person")
    assert among.index("EXD-0001K1") < among.index("EXD-0002K1")
    browser.send(browser.get("/desk"), "/desk/logout")
    again = signed_in("owner")
    assert "EXD-0001K1" not in again.fragment("/desk/find")


def test_the_palette_is_a_listbox_and_the_page_a_list(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(1)
    browser = signed_in("viewer")
    fragment = browser.fragment("/desk/find?q=EXD-0000K1")
    assert 'role="listbox"' in fragment
    assert 'role="option"' in fragment
    assert 'id="palette_found"' in fragment
    assert 'role="option"' not in browser.get("/desk/find?q=EXD-0000K1")
    assert 'action="/desk/find"' in browser.get("/desk"), "a plain form leads there from every page"


def test_few_letters_do_not_read_every_booking(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(1)
    browser = signed_in("viewer")
    with statements(house) as sent:
        page = found(browser, "a b 1")
    assert "Three letters or figures" in page
    assert not any("bookings.search" in statement for statement in sent)
    assert "Nothing is called that" in found(browser, "nowhere-to-be-found")


def test_nothing_that_is_typed_hurts(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    for words in (*nasty.NASTY[1:], "%", "___", "\\", "'" * 90, "x" * 5000):
        shown = found(browser, words) + browser.fragment(f"/desk/find?q={quote(words)}")
        assert "<script>" not in shown, words
    assert browser.client.get("/desk/find?q=%00").status_code == 400


def test_a_name_is_words_and_never_markup(house: Flask, signed_in: SignedIn) -> None:
    evil = "Mallory<img src=x onerror=alert(1)>"
    booking_id = made_up.bookings(1)[0]
    with transaction():
        session().execute(update(Driver).where(Driver.booking_id == booking_id).values(name=evil))
        booking = session().get_one(Booking, booking_id)
        booking.search = f"mallory {booking.reference.lower()}"
        register.ensure(email="mallory@guests.example", name=evil, phone="", at=clock.now())
    browser = signed_in("viewer")
    for page in (found(browser, "mallory"), browser.fragment("/desk/find?q=mallory"), browser.get("/desk")):
        assert "<img src=x" not in page
    assert html.escape(evil) in found(browser, "mallory")


def test_many_results_ask_no_more_questions(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(2)
    browser = signed_in("viewer")
    browser.get("/desk/find?q=person")
    with statements(house) as few:
        browser.get("/desk/find?q=person")
    made_up.bookings(40, start=2)
    with statements(house) as many:
        browser.get("/desk/find?q=person")
    assert len(many) <= len(few), many  # a full page of the latest needs no second look
