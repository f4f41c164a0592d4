"""The clock of a hold on its page, and the button that adds to it."""

from __future__ import annotations

from datetime import timedelta

from tests.web.customer.booking import HTMX, booking_of, held, order
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze

BUTTON = "10 more minutes"


def test_a_press_adds_ten_minutes_and_the_button_goes(browser: Browser) -> None:
    link = held(browser)
    page = browser.get(link)
    assert BUTTON in page
    answer = browser.send(page, "/more-time")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    page = browser.get(link)
    assert 'data-hold="1500"' in page
    assert 'data-whole="1500"' in page
    assert BUTTON not in page
    assert "10 minutes more." in page


def test_with_script_the_clock_alone_is_swapped(browser: Browser) -> None:
    link = held(browser)
    headers = {**HTMX, "HX-Target": "hold"}
    answer = browser.client.post(f"{link}/more-time", headers=headers, data=_token(browser, link))
    assert answer.status_code == 303
    clock = browser.client.get(link, headers=headers).text
    assert 'id="hold"' in clock
    assert 'data-hold="1500"' in clock
    assert "Who drives" not in clock  # what is being typed stays as it is


def test_two_tabs_get_it_once(browser: Browser) -> None:
    link = held(browser)
    page = browser.get(link)
    for _ in range(2):
        assert browser.send(page, "/more-time").status_code == 303
    assert booking_of(link).expires_at == TUESDAY + timedelta(minutes=25)


def test_after_the_end_there_is_none(browser: Browser, frozen: Freeze) -> None:
    link = held(browser)
    page = browser.get(link)
    frozen(TUESDAY + timedelta(minutes=15))
    assert browser.send(page, "/more-time").status_code == 303
    page = browser.get(link)
    assert "The car is still free: hold it again" in page
    assert BUTTON not in page


def test_while_paying_too(browser: Browser) -> None:
    link = held(browser)
    order(browser, link)
    page = browser.get(link)
    browser.send(page, "/more-time")
    assert 'data-hold="4200"' in browser.get(link)


def test_loading_the_address_adds_nothing(browser: Browser) -> None:
    link = held(browser)
    assert browser.client.get(f"{link}/more-time").headers["Location"] == link
    assert booking_of(link).extended_at is None


def test_a_wrong_link_gets_nothing(browser: Browser) -> None:
    link = held(browser)
    answer = browser.client.post("/b/" + "x" * 43 + "/more-time", data=_token(browser, link))
    assert answer.status_code == 404


def _token(browser: Browser, link: str) -> dict[str, str]:
    page = browser.get(link)
    start = page.index('name="csrf_token" value="') + len('name="csrf_token" value="')
    return {"csrf_token": page[start : page.index('"', start)]}
