"""A whole rental in a browser, on a phone and on a wide screen: from the search to the invoice's PDF."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("width", "days_ahead", "car", "odometer"),
    [(360, 58, "Corsara V10", 8_500), (1440, 9, "Corsara V10 Lumen", 13_000)],
)
def test_from_search_to_invoice(
    walk: Walk, tmp_path: Path, width: int, days_ahead: int, car: str, odometer: int
) -> None:
    walk.page.set_viewport_size({"width": width, "height": 800})
    walk.search(days_ahead=days_ahead)
    walk.choose(car)
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(walk.page.get_by_role("heading", name="The car is yours")).to_be_visible()

    walk.sign_in()
    walk.open_booking()
    walk.ask_for_deposit()
    walk.pay_deposit()
    walk.open_booking()
    walk.hand_over(tmp_path, odometer=odometer)
    walk.take_back(tmp_path, odometer=odometer + 340)
    walk.settle()
    walk.wait_until("Closed")
    walk.look(walk.page, "desk-closed")

    walk.page.goto(walk.link)
    expect(walk.page.get_by_role("heading", name="Settled")).to_be_visible()
    invoice = walk.page.get_by_role("link", name="Invoice").first
    expect(invoice).to_be_visible()
    document = walk.page.request.get(f"{walk.house}{invoice.get_attribute('href')}")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document.body())).pages)
    assert walk.reference in text
    assert "Maya Okafor" in text
    assert "$200.00" in text  # forty miles beyond the three hundred included
