"""2: a price that the browser named, tried at the forms themselves."""

from __future__ import annotations

import pytest
from flask import Flask

from exodrive.kernel.db import session
from exodrive.payments.models import Operation
from tests.web.customer.booking import CAR, booking_of, held, hold, order
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze


@pytest.fixture
def browser(house: Flask, frozen: Freeze) -> Browser:
    frozen(TUESDAY)
    return Browser(house.test_client())


@pytest.mark.parametrize("typed", ["1", "0", "-100", "99999999", "", "1.00", "NaN"])
def test_a_total_that_was_typed_over_orders_nothing(browser: Browser, typed: str) -> None:
    """The form's figure was charged. Here it only says what the customer has read."""
    link = held(browser)
    answer = order(browser, link, agreed_total=typed)
    assert answer.status_code in (409, 422)
    assert booking_of(link).state == "held"
    assert session().query(Operation).count() == 0


def test_a_promise_that_was_changed_holds_nothing(browser: Browser) -> None:
    """The price that was shown travels as a signed promise: a letter of it changed, and it is none."""
    page = browser.get(CAR)
    start = page.index('name="promise" value="') + len('name="promise" value="')
    promise = page[start : page.index('"', start)]
    turned = promise.replace(promise[10], "A" if promise[10] != "A" else "B", 1)
    answer = browser.send(page, "/hold", promise=turned)
    assert answer.status_code in (409, 422)
    assert hold(browser).status_code == 303
