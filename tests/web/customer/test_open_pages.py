"""Open pages: read without a cookie, sent once, small; and nothing of one visitor reaches another."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
from werkzeug.test import TestResponse

from tests.web.customer.booking import CAR, WEEKEND, held
from tests.web.customer.browser import Browser

OPEN = ("/", "/fleet", f"/fleet?{WEEKEND}", "/cars/aurelia-gt", "/terms")
ALL = {"Accept-Encoding": "gzip, deflate, br"}
OWN_WISH = {**ALL, "Sec-Fetch-Site": "none"}
LURED = {**ALL, "Sec-Fetch-Site": "cross-site"}

Visitor = Callable[[], Browser]


@pytest.mark.parametrize("address", OPEN)
def test_reading_takes_no_cookie(browser: Browser, address: str) -> None:
    answer = browser.client.get(address)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "csrf" not in _without_nonce(answer.text).lower().replace('"historyrestoreashxrequest"', "")


@pytest.mark.parametrize("address", OPEN)
def test_what_a_reader_has_is_not_sent_again(visitor: Visitor, address: str) -> None:
    browser = visitor()
    first = browser.client.get(address)
    mark = first.headers["ETag"]
    assert mark.startswith('W/"')
    again = browser.client.get(address, headers={"If-None-Match": mark})
    assert (again.status_code, again.data) == (304, b"")
    # The copy goes on with the policy and the nonce that it came with.
    assert "Content-Security-Policy" not in again.headers
    assert again.headers["ETag"] == mark
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-cache"


def test_other_words_are_sent(browser: Browser) -> None:
    mark = browser.client.get("/").headers["ETag"]
    browser.client.post("/appearance", data={"theme": "dark"}, headers={"Origin": "http://localhost"})
    answer = browser.client.get("/", headers={"If-None-Match": mark})
    assert answer.status_code == 200
    assert 'data-bs-theme="dark"' in answer.text


def test_a_fragment_is_not_taken_for_the_page(browser: Browser) -> None:
    mark = browser.client.get("/fleet").headers["ETag"]
    answer = browser.client.get("/fleet", headers={"If-None-Match": mark, "HX-Request": "true"})
    assert answer.status_code == 200
    assert "HX-Request" in answer.headers["Vary"]


def test_what_one_visitor_has_begun_is_no_other_visitors(visitor: Visitor) -> None:
    mine, other = visitor(), visitor()
    link = held(mine)
    seen = mine.client.get(CAR)
    assert link in seen.text
    asked = other.client.get(CAR, headers={"If-None-Match": seen.headers["ETag"]})
    assert asked.status_code == 200
    assert link not in asked.text


def test_booking_pages_and_the_desk_are_never_compared(browser: Browser) -> None:
    for address in (held(browser), "/desk/login", "/my-booking"):
        assert "ETag" not in browser.client.get(address).headers, address


@pytest.mark.parametrize(("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_are_sent_compressed(browser: Browser, coding: str, unpack: Callable[[bytes], bytes]) -> None:
    answer = browser.client.get("/fleet", headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert _without_nonce(unpack(answer.data).decode()) == _without_nonce(browser.client.get("/fleet").text)


def test_who_is_lured_here_gets_no_secret_compressed(visitor: Visitor) -> None:
    """A page's size would tell of what is in it whoever has it asked for with guesses of his own."""
    stranger, customer = visitor(), visitor()
    link = held(customer)
    assert _coded(stranger.client.get("/fleet", headers=LURED)), "nothing in it is anybody's"
    for address in (CAR, "/fleet", "/my-booking", "/desk/login", link):
        assert not _coded(customer.client.get(address, headers=LURED)), address
        assert not _coded(customer.client.get(address, headers=ALL)), "an old browser does not say"
        assert _coded(customer.client.get(address, headers=OWN_WISH)), address


def test_a_strangers_first_price_has_a_token_and_is_no_open_page(browser: Browser) -> None:
    answer = browser.client.get(CAR, headers=LURED)
    assert 'name="csrf_token"' in answer.text
    assert "Set-Cookie" in answer.headers
    assert not _coded(answer)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 400),
        ({}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
    ],
)
def test_the_appearance_is_chosen_on_our_own_pages(
    browser: Browser, headers: dict[str, str], status: int
) -> None:
    """Where there is no token, the browser has to say itself that the form is ours."""
    answer = browser.client.post("/appearance", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == status
    assert ("theme=dark" in answer.headers.get("Set-Cookie", "")) == (status == 303)


def test_files_are_the_same_for_everybody(browser: Browser) -> None:
    browser.client.get(CAR)
    for address in ("/static/mark.svg", "/drawings/gt-coupe.svg?paint=6a1522"):
        answer = browser.client.get(address)
        assert "Cookie" not in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")


def _without_nonce(text: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", text)


def _coded(answer: TestResponse) -> bool:
    return "Content-Encoding" in answer.headers
