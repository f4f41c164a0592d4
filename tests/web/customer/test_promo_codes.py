"""A promo code where the price is seen: typed, refused in words, and kept to the payment."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from exodrive.bookings.states import State
from exodrive.extensions import limiter
from tests.web import codes
from tests.web.customer.booking import CAR, HTMX, booking_of, held, order
from tests.web.customer.browser import Browser

# Three days at $895.00 with the weekend rate: $2,953.50, and 11.5 % of Maryland on it.
PLAIN, CHEAPER = "$3,293.15", "$2,963.84"


def test_the_price_on_the_cars_page_follows_the_code(house: Flask, browser: Browser) -> None:
    codes.make()
    assert PLAIN in browser.get(CAR)
    page = browser.get(f"{CAR}&promo=spr1ng")
    assert CHEAPER in page
    assert "Promo code SPRING" in page
    assert "10 % off the days, $2,953.50" in page
    assert 'name="promo"' in page
    assert 'value="spr1ng"' in page


def test_a_fragment_has_the_price_and_the_fault_alone(house: Flask, browser: Browser) -> None:
    answer = browser.client.get(f"{CAR}&promo=NOSUCH", headers={**HTMX, "HX-Target": "quote"})
    assert "We know no such promo code." in answer.text
    assert PLAIN in answer.text
    assert "<h1>" not in answer.text


def test_why_a_code_does_not_count(house: Flask, browser: Browser) -> None:
    reasons: dict[str, tuple[dict[str, Any], str]] = {
        "WEEK": ({"minimum_days": 7}, "This promo code is for rentals of 7 days or more."),
        "JANUARY": ({"pickup_from": date(2027, 1, 1)}, "This promo code is not for these dates."),
        "SUPER": ({"categories": frozenset({"supercar"})}, "This promo code is not for this car."),
        "SOON": ({"booked_from": date(2026, 12, 1)}, "This promo code cannot be used yet."),
        "PAST": ({"booked_until": date(2026, 11, 1)}, "The time of this promo code is over."),
    }
    for name, (conditions, words) in reasons.items():
        codes.make(name, **conditions)
        page = browser.get(f"{CAR}&promo={name}")
        assert words in page
        assert PLAIN in page
    for typed in ("%25%3Cscript%3E", "x" * 500, "%E2%98%83%E2%98%83%E2%98%83%E2%98%83"):
        assert "We know no such promo code." in browser.get(f"{CAR}&promo={typed}")


def test_it_is_kept_from_the_hold_to_the_order(house: Flask, browser: Browser) -> None:
    spring = codes.make()
    link = held(browser, f"{CAR}&promo=SPRING")
    page = browser.get(link)
    assert CHEAPER in page
    assert 'value="SPRING"' in page
    assert codes.uses(spring) == 1
    assert order(browser, link, promo="SPRING").status_code in (200, 303)
    booking = booking_of(link)
    assert (booking.state, booking.total) == (State.AWAITING_PAYMENT, 2963_84)
    assert "Promo code SPRING" in browser.get(link)


def test_it_is_typed_after_the_hold(house: Flask, browser: Browser) -> None:
    spring = codes.make()
    link = held(browser)
    page = browser.get(link).replace("/details", "/price")
    priced = browser.read(browser.send(page, "/price", promo="spring"))
    assert CHEAPER in priced
    assert codes.uses(spring) == 0
    refused = browser.read(browser.send(page, "/price", promo="AUTUMN"))
    assert "We know no such promo code." in refused
    order(browser, link, promo="spring", agreed_total="296384")
    assert booking_of(link).total == 2963_84
    assert codes.uses(spring) == 1


def test_an_order_with_a_wrong_code_is_not_placed(house: Flask, browser: Browser) -> None:
    link = held(browser)
    answer = order(browser, link, promo="AUTUMN")
    assert answer.status_code == 422
    assert "We know no such promo code." in answer.text
    assert booking_of(link).state == State.HELD


def test_the_last_use_goes_to_one(house: Flask, browser: Browser, visitor: Callable[[], Browser]) -> None:
    codes.make(most_uses=1)
    second = visitor()
    other = "/cars/calder-brake?" + CAR.partition("?")[2]
    page = second.get(f"{other}&promo=SPRING")
    held(browser, f"{CAR}&promo=SPRING")
    late = second.read(second.send(page, "/hold"), status=409)
    assert "This promo code is used up. Nothing is held yet." in late
    assert second.send(late, "/hold").status_code == 303


def test_every_way_on_keeps_the_code(house: Flask, browser: Browser, visitor: Callable[[], Browser]) -> None:
    codes.make()
    rival = visitor()
    page = browser.get(f"{CAR}&promo=spring")
    link = held(rival, CAR)
    lost = browser.read(browser.send(page, "/hold"), status=409)
    for shown in (lost, browser.get(f"{CAR}&promo=spring")):
        ways = re.findall(r'href="(/(?:cars|fleet)[^"]*from=[^"]*)"', shown)
        assert ways
        assert all("promo=" in way for way in ways), ways
    dated = re.search(r'href="([^"]+)">[^<]*, (\$[0-9,.]+)</a>', shown)
    assert dated is not None
    assert dated[2] in browser.get(html.unescape(dated[1])), "the price of the button is that of its page"
    fleet = browser.get("/fleet?promo=spring")
    assert 'name="promo" value="spring"' in fleet
    assert "promo=spring" in fleet
    given_up = rival.send(rival.get(link), "/give-up")
    assert "promo" not in given_up.headers["Location"], "nobody typed one"
    mine = held(browser, f"{CAR}&promo=spring")
    given_up = browser.send(browser.get(mine), "/give-up")
    assert "promo=SPRING" in given_up.headers["Location"]


def test_guessing_comes_to_an_end(house: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setitem(house.config, "PROMO_TRIES", "3 per hour")
    limiter.reset()
    asked = [browser.client.get(f"{CAR}&promo=GUESS{n}").status_code for n in range(5)]
    assert asked == [200, 200, 200, 429, 429]
    assert browser.client.get(CAR).status_code == 200
    limiter.reset()
