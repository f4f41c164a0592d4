"""At the counter, in a browser: a quote that is accepted on a phone and paid."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walk import Walk, dates, reference

pytestmark = pytest.mark.journey

PHONE, WIDE = {"width": 360, "height": 780}, {"width": 1440, "height": 900}


def new_booking(walk: Walk, car: str, *, days_ahead: int) -> Page:
    """The desk's form for a car and dates that are free."""
    pickup, back = dates(days_ahead=days_ahead, days=3)
    walk.page.goto(f"{walk.house}/desk/new?car={car}&from={pickup}&to={back}")
    expect(walk.page.locator("#price")).to_contain_text("Free")
    return walk.page


def test_a_quote_is_accepted_on_a_phone_and_paid(walk: Walk) -> None:
    walk.page.set_viewport_size(WIDE)
    walk.sign_in()
    page = new_booking(walk, "strada-tt", days_ahead=40)
    page.get_by_label("Full name, as on the licence").first.fill("Maya Okafor")
    page.get_by_label("E-mail", exact=True).first.fill("maya@okafor.example")
    page.get_by_label("Phone", exact=True).first.fill("(301) 555-0123")
    page.get_by_label("Child seat").select_option("1")
    expect(page.locator("#price")).to_contain_text("Child seat")
    total = page.locator("#price .total dd").inner_text()
    page.get_by_role("button", name="Send the quote").click()
    link = page.get_by_role("link", name="The customer’s page").get_attribute("href") or ""

    page.set_viewport_size(PHONE)
    page.goto(link)
    page.get_by_role("button", name=f"Accept for {total}").click()
    walk.arrive("/b/")
    walk.link, walk.reference = page.url, reference(page)
    expect(page.get_by_label("Full name, as on the licence").first).to_have_value("Maya Okafor")
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(page.get_by_role("heading", name="The car is yours")).to_be_visible()
    page.set_viewport_size(WIDE)
    walk.open_booking()
    expect(page.locator("#facts")).to_contain_text(total)
    expect(page.locator("#facts")).to_contain_text("Accepted from a quote")
