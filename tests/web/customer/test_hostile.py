"""Customers who tamper, stumble and paste: no error of ours, no lost word, no price of theirs."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from exodrive.bookings import queries
from exodrive.kernel.db import transaction
from tests.web.customer import booking as customer
from tests.web.customer.booking import CAR, HTMX, RENTER
from tests.web.customer.browser import Browser
from tests.web.nasty import BIG, NASTY, SCRIPT

DATES = {"from": "2026-12-11T10:00", "to": "2026-12-14T10:00"}
ASKED = {
    "/": ("from", "place"),
    "/fleet": ("from", "to", "place", "back", "category"),
    "/cars/aurelia-gt": ("from", "to", "place", "back", "month"),
    "/my-booking": ("reference", "email"),
}
BEHIND = ("/cars/", "/b/", "/drawings/", "/files/", "/static/", "/desk/bookings/")


@pytest.mark.parametrize("path", ASKED)
def test_any_query_is_answered_in_words(browser: Browser, path: str) -> None:
    for name in ASKED[path]:
        for words in NASTY:
            for headers in ({}, HTMX):
                answer = browser.client.get(path, query_string={**DATES, name: words}, headers=headers)
                assert answer.status_code < 500, (name, words[:30])
                assert SCRIPT not in answer.text


@pytest.mark.parametrize("start", BEHIND)
def test_any_address_is_answered_in_words(browser: Browser, start: str) -> None:
    for words in NASTY:
        assert browser.client.get(start + quote(words, safe="")).status_code < 500, words[:30]


def test_a_promise_that_is_not_ours_holds_nothing(browser: Browser) -> None:
    page = browser.get(CAR)
    for words in (*NASTY, ""):
        answer = browser.send(page, "/hold", promise=words)
        assert answer.status_code in (400, 422), words[:30]
    assert "choose the dates again" in browser.read(browser.send(page, "/hold", promise="x"), status=422)
    assert customer.hold(browser).status_code == 303, "nobody holds the car"


def test_a_promise_is_for_its_car_alone(browser: Browser) -> None:
    page = browser.get(CAR).replace("/cars/aurelia-gt/hold", "/cars/linnet-38/hold")
    assert browser.send(page, "/hold").status_code in (404, 422)


def test_details_bear_anything_and_keep_the_rest(browser: Browser) -> None:
    link = customer.held(browser)
    page = browser.get(link)
    total = customer.shown_total(page)
    for name in (*RENTER, "extras-extra_child-seat", "pickup_place", "delivery_address"):
        for words in NASTY:
            typed = {**RENTER, "agreed_total": "1", name: words}
            answer = browser.send(page, "/details", **typed)
            assert answer.status_code in (400, 409, 422), (name, words[:30])
            if answer.status_code != 400 and name != "renter-name":
                assert 'value="Maya Okafor"' in answer.text
            assert browser.send(page.replace("/details", "/price"), "/price", **typed).status_code in (
                200,
                400,
            )
    assert customer.booking_of(link).state == "held"
    assert customer.shown_total(browser.get(link)) == total


@pytest.mark.parametrize("words", ["", "x", "-1", "9" * 5_000, "1e5", "٣"])
def test_only_the_total_that_was_shown_is_agreed_to(browser: Browser, words: str) -> None:
    link = customer.held(browser)
    answer = customer.order(browser, link, agreed_total=words)
    assert answer.status_code == 409
    assert "Send the form again if you agree" in answer.text
    assert customer.booking_of(link).state == "held"


@pytest.mark.parametrize("words", ["", "x", "9" * 5_000])
def test_cancelling_needs_what_was_shown(browser: Browser, words: str) -> None:
    link = customer.held(browser)
    customer.order(browser, link)
    page = browser.get(f"{link}/cancel")
    answer = browser.send(page, "/cancel", shown=words)
    assert answer.status_code == 409
    assert customer.booking_of(link).state == "awaiting_payment"


def test_names_are_words_and_not_code(browser: Browser) -> None:
    """A name is kept as it was typed, and shown as words."""
    link = customer.held(browser)
    name = f"Zoë 😀 مرحبا {SCRIPT}"
    assert customer.order(browser, link, **{"renter-name": name}).status_code == 303
    page = browser.get(link)
    assert SCRIPT not in page
    with transaction():
        found = queries.by_id(customer.booking_id(link))
        assert found.renter is not None
        assert found.renter.name == name


def test_somebody_elses_link_is_worth_nothing_without_its_secret(
    browser: Browser, visitor: Callable[[], Browser]
) -> None:
    link = customer.held(browser)
    stranger = visitor()
    secret = link.removeprefix("/b/")
    for other in (secret[:-1], secret + "x", secret.swapcase(), "A" * 43):
        wrong = f"/b/{other}"
        for path in (
            "",
            "/cancel",
            "/invoice.pdf",
            "/agreement.pdf",
            "/booking.ics",
            "/paypal/return?token=x",
        ):
            assert stranger.client.get(wrong + path).status_code == 404


def test_sent_twice_and_after_the_end(browser: Browser) -> None:
    """Two tabs, double clicks, the back button: whoever comes late is led to how it stands."""
    link = customer.held(browser)
    page = browser.get(link)
    data = {**RENTER, "agreed_total": customer.shown_total(page)}
    assert browser.send(page, "/details", **data).status_code == 303
    for old in ("/details", "/give-up"):
        assert browser.send(page, old, **data).status_code == 303
    assert customer.booking_of(link).state == "awaiting_payment"
    cancel = browser.get(f"{link}/cancel")
    assert browser.send(cancel, "/cancel").status_code == 303
    assert browser.send(cancel, "/cancel").status_code == 303
    assert browser.send(page, "/details", **data).status_code == 303
    with transaction():
        assert customer.booking_of(link).state == "cancelled"


def test_too_much_for_a_form(browser: Browser) -> None:
    link = customer.held(browser)
    answer = browser.send(browser.get(link), "/details", **{**RENTER, "renter-name": BIG * 10})
    assert answer.status_code == 422
    assert "That is too long: 100 signs at most." in answer.text
