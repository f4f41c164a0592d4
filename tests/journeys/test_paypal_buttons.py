"""Paying by PayPal's buttons on the booking page, and changing one's mind there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey


def test_paying_without_leaving_the_page(walk: Walk) -> None:
    page = walk.page
    walk.search(days_ahead=72)
    walk.choose("Corsara V10")
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.arrive("/checkoutnow")
    page.get_by_role("button", name="Cancel and go back").click()
    walk.arrive("/b/")
    expect(page.get_by_role("link", name="Continue to PayPal")).to_be_visible()

    page.get_by_role("button", name="Pay here with PayPal").click()
    page.get_by_role("button", name="Cancel (PayPal simulator)").click()
    expect(page.get_by_text("You left PayPal. Nothing was charged.")).to_be_visible()

    page.get_by_role("button", name="Pay here with PayPal").click()
    page.get_by_role("button", name="Approve (PayPal simulator)").click()
    walk.arrive("/b/")
    walk.sign()
    expect(page.get_by_role("heading", name="The car is yours")).to_be_visible()
