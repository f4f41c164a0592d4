"""A date that the house is closed on, and another one in its place."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walk import ZONE
from tests.live import LiveHouse

pytestmark = pytest.mark.journey

SUNDAY = 6


def moment(day: datetime) -> str:
    return f"{day:%Y-%m-%d}T10:00"


def test_what_was_said_of_a_date_ends_with_it(page: Page, live_house: LiveHouse) -> None:
    """Beside the price of the new date nothing tells that the old one was wrong."""
    ahead = datetime.now(ZONE) + timedelta(days=9)
    sunday = ahead + timedelta(days=(SUNDAY - ahead.weekday()) % 7)
    monday, wednesday = sunday + timedelta(days=1), sunday + timedelta(days=3)
    page.goto(f"{live_house.url}/cars/strada-tt?from={moment(sunday)}&to={moment(wednesday)}")
    pickup = page.get_by_label("Pick-up", exact=True)
    expect(pickup).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#from-error")).to_contain_text("We are closed then.")
    pickup.fill(moment(monday))
    pickup.press("Tab")
    expect(page.get_by_role("button", name="Hold this car")).to_be_visible()
    expect(page.locator("#from-error")).to_have_count(0)
    expect(pickup).not_to_have_attribute("aria-invalid", "true")
    expect(pickup).not_to_have_attribute("aria-describedby", "from-error")
