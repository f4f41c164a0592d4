"""What a first visit weighs, and that nothing on it moves: every kind of page, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.first_look import FirstLook, look
from tests.journeys.walk import Walk, dates
from tests.live import LiveHouse

pytestmark = pytest.mark.journey

HEAVIEST = 120_000  # bytes over the wire, heads included, photos of cars not
MOST_REQUESTS = 60
LARGEST_SHIFT = 0.05
CAR = "/cars/aurelia-gt"

Act = Callable[[Page], None]


def _dated(path: str) -> str:
    pickup, back = dates(days_ahead=30, days=3)
    return f"{path}?{urlencode({'from': pickup, 'to': back})}"


def _sift(page: Page) -> None:
    """Another kind of car: a swap of the whole list."""
    with page.expect_response(lambda answer: "category=" in answer.url):
        page.locator("a[href*='category=']").first.click()
    page.wait_for_load_state("networkidle")


def _choose_dates(page: Page) -> None:
    pickup, back = dates(days_ahead=30, days=3)
    page.get_by_label("Pick-up", exact=True).fill(pickup)
    page.get_by_label("Return", exact=True).fill(back)
    expect(page.get_by_role("button", name="Hold this car")).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")


PHONE, DESK = 360, 1440
PAGES: dict[str, tuple[str, Act | None, tuple[int, ...]]] = {
    "home": ("/", None, (PHONE, DESK)),
    "fleet, sifted": ("/fleet", _sift, (PHONE, DESK)),
    "fleet with dates": (_dated("/fleet"), None, (DESK,)),
    "car, choosing dates": (CAR, _choose_dates, (PHONE, DESK)),
    "car with dates": (_dated(CAR), None, (PHONE,)),
    "about": ("/about", None, (PHONE,)),
    "terms": ("/terms", None, (PHONE,)),
    "contact": ("/contact", None, (PHONE,)),
    "find a booking": ("/my-booking", None, (PHONE,)),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_stands_still(browser: Browser, live_house: LiveHouse, name: str) -> None:
    path, act, widths = PAGES[name]
    for width in widths:
        _judge(look(browser, f"{live_house.url}{path}", width=width, then=act), f"{name} at {width}")


def test_a_booking_is_light_and_stands_still(browser: Browser, walk: Walk) -> None:
    walk.search(days_ahead=60)
    walk.choose("Aurelia GT")
    walk.hold()
    for width in (PHONE, DESK):
        _judge(look(browser, walk.link, width=width), f"booking at {width}")
    walk.page.get_by_role("button", name="Give up the hold").click()
    expect(walk.page.get_by_role("timer")).to_be_hidden()


def _judge(found: FirstLook, where: str) -> None:
    heaviest = sorted(found.files.items(), key=lambda file: -file[1])[:12]
    weight = sum(size for address, size in found.files.items() if "/photos/" not in address)
    assert weight < HEAVIEST, (where, weight, heaviest)
    assert len(found.files) < MOST_REQUESTS, (where, len(found.files))
    assert found.shifted < LARGEST_SHIFT, (where, found.shifts)
    assert any("/static/house.css" in address for address in found.files), "nothing was counted"
