"""A deposit in cash, from the desk's page to the receipt that is printed."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.look import Look
from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey


def test_a_deposit_in_cash(walk: Walk, application: Flask) -> None:
    look, page = Look(application, walk.house), walk.page
    walk.search(days_ahead=86)
    walk.choose("Harrowgate Six")
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(page.get_by_role("heading", name="The car is yours")).to_be_visible()
    walk.sign_in()
    walk.open_booking()
    page.get_by_role("link", name="Take deposit here").click()
    page.get_by_label("How").select_option(label="Cash")
    page.get_by_label("Slip or reference").fill("Envelope 12")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Held at the desk")).to_be_visible()
    page.get_by_role("link", name=f"{walk.reference}-1").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(walk.reference)
    look(page, "receipt")
    assert look.faults == []
