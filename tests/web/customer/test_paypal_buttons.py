"""PayPal's buttons on the booking page: whose script comes, what it is told, and where it is allowed."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exodrive.bookings import queries
from exodrive.config import Settings
from exodrive.kernel.db import transaction
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from tests import paper
from tests.web.customer.booking import booking_id, held, order
from tests.web.customer.browser import Browser


@pytest.fixture
def link(browser: Browser) -> str:
    link = held(browser)
    assert order(browser, link).status_code == 303
    return link


def ready(link: str) -> str:
    """PayPal has made the order: its id there."""
    paper.answer(booking_id(link))
    with transaction():
        return tree.of_booking(booking_id(link))[Purpose.RENTAL].orders[-1].paypal_id


def fresh(browser: Browser, link: str) -> TestResponse:
    """The page as somebody sees it who came back: the first look leads to PayPal."""
    browser.client.get(link)
    return browser.client.get(link)


def policy(answer: TestResponse) -> str:
    return answer.headers["Content-Security-Policy"]


@pytest.fixture
def live(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Settings:
    own: Settings = house.config["SETTINGS"]
    paypal = replace(own.paypal, base_url="https://api-m.paypal.com", client_id="AYlive/1+")
    made = replace(own, sandbox=False, paypal=paypal)
    monkeypatch.setitem(house.config, "SETTINGS", made)
    return made


def test_the_sandbox_takes_the_script_from_the_simulator(house: Flask, browser: Browser, link: str) -> None:
    base = house.config["SETTINGS"].paypal.base_url
    ready(link)
    answer = fresh(browser, link)
    script = re.search(r'data-paypal-script="([^"]+)"', answer.text)
    assert script is not None
    assert html.unescape(script[1]).startswith(f"{base}/sdk/js?client-id=")
    assert base.removesuffix("/paypal") in policy(answer)
    assert 'href="https://paypal.example/checkoutnow' in answer.text  # the way without script stays


def test_a_live_house_takes_it_from_paypal_alone(
    house: Flask, browser: Browser, link: str, live: Settings
) -> None:
    ready(link)
    answer = fresh(browser, link)
    script = re.search(r'data-paypal-script="([^"]+)"', answer.text)
    assert script is not None
    assert html.unescape(script[1]) == (
        "https://www.paypal.com/sdk/js?client-id=AYlive%2F1%2B&currency=USD&intent=authorize"
        "&components=buttons"
    )
    parts = dict(part.split(" ", 1) for part in policy(answer).split("; "))
    assert parts["frame-src"] == "https://*.paypal.com https://*.paypalobjects.com"
    assert "https://*.paypal.com" in parts["script-src"]
    assert "unsafe" not in policy(answer)
    assert parts["form-action"] == "'self'"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_page_lets_the_script_in_before_its_order_is_there(browser: Browser, link: str) -> None:
    """The buttons come with a poll, under the policy that the page had when it was opened."""
    answer = browser.client.get(link)
    assert "data-paypal-script" not in answer.text
    assert "frame-src" in policy(answer)


def test_nowhere_else_is_it_let_in(browser: Browser, link: str) -> None:
    ready(link)
    paper.approve(booking_id(link))
    paper.answer(booking_id(link))
    with transaction():
        assert queries.by_id(booking_id(link)).state == "awaiting_signature"
    for answer in (fresh(browser, link), browser.client.get("/"), browser.client.get("/my-booking")):
        assert "frame-src" not in policy(answer)
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "data-paypal-script" not in answer.text


def test_a_paypal_behind_something_else_has_no_buttons(
    house: Flask, browser: Browser, link: str, live: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("https://gateway.example/paypal", "https://api-m.paypal.com.evil.example"):
        strange = replace(live, paypal=replace(live.paypal, base_url=address))
        monkeypatch.setitem(house.config, "SETTINGS", strange)
        assert "frame-src" not in policy(browser.client.get(link))
    ready(link)
    assert "data-paypal-script" not in fresh(browser, link).text


def test_the_script_is_told_the_order_that_was_made(browser: Browser, link: str) -> None:
    early = browser.client.get(f"{link}/paypal/order")
    assert (early.status_code, early.json) == (409, {"id": None})
    paypal_id = ready(link)
    answer = browser.client.get(f"{link}/paypal/order")
    assert (answer.status_code, answer.json) == (200, {"id": paypal_id})
    assert "no-store" in answer.headers["Cache-Control"]
    paper.approve(booking_id(link))
    assert browser.client.get(f"{link}/paypal/order").status_code == 409
    assert browser.client.get(f"/b/{'x' * 43}/paypal/order").status_code == 404
