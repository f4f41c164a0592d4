"""The way back to a booking tells nobody who rents here, and sends one mail however often it is asked."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from exodrive.bookings import cancelling
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Event
from tests.web.customer.booking import WEEKEND, booking_id, booking_of, held, order
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze

ANSWER = "If we know a booking by that, the link is on its way."


def test_the_answer_is_the_same_for_everybody(house: Flask, browser: Browser) -> None:
    link = held(browser)
    order(browser, link)
    reference = booking_of(link).reference
    for email, asked in (
        ("maya@okafor.example", reference),
        ("somebody@else.example", reference),
        ("maya@okafor.example", "EXD-000000"),
    ):
        page = browser.read(_ask(browser, email, asked))
        assert ANSWER in page
    assert len(_wanted(house)) == 1


def test_a_reference_may_be_typed_as_it_is_said(house: Flask, browser: Browser) -> None:
    link = held(browser)
    order(browser, link)
    typed = booking_of(link).reference.lower().replace("0", "o")
    _ask(browser, " Maya@Okafor.example ", f" {typed} ")
    assert len(_wanted(house)) == 1


def test_asking_often_sends_one_mail(house: Flask, browser: Browser, frozen: Freeze) -> None:
    link = held(browser)
    order(browser, link)
    reference = booking_of(link).reference
    for _ in range(3):
        _ask(browser, "maya@okafor.example", reference)
    frozen(TUESDAY + timedelta(minutes=11))
    _ask(browser, "maya@okafor.example", reference)
    assert len({event.payload["wanted"] for event in _wanted(house)}) == 2


def test_without_a_reference_come_the_links_of_all_that_is_going(house: Flask, browser: Browser) -> None:
    live = held(browser)
    order(browser, live)
    cancelled = held(Browser(house.test_client()), f"/cars/calder-brake?{WEEKEND}")
    order(browser, cancelled)
    with transaction():
        cancelling.cancel(booking_id(cancelled), agreed_fee=Money(0, "USD"), at=TUESDAY)
    for email in ("maya@okafor.example", "somebody@else.example"):
        assert ANSWER in browser.read(_ask(browser, email, ""))
    assert [event.subject_id for event in _wanted(house)] == [booking_id(live)]


def test_what_is_missing_is_told(browser: Browser) -> None:
    page = browser.read(_ask(browser, "nobody", ""), status=422)
    assert "This is no e-mail address." in page
    assert ANSWER not in page


def test_the_house_points_to_it(browser: Browser) -> None:
    assert 'href="/my-booking"' in browser.get("/")


def _ask(browser: Browser, email: str, reference: str):  # type: ignore[no-untyped-def]
    return browser.send(browser.get("/my-booking"), "/my-booking", email=email, reference=reference)


def _wanted(app: Flask) -> list[Event]:
    db.session.rollback()
    return session().query(Event).filter_by(name="booking.link_wanted").all()
