"""Every page at three widths: nothing is wider than the screen, and axe objects to nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walk import Walk, dates

pytestmark = pytest.mark.journey

WIDTHS = (360, 768, 1440)
LONG_NAME = "Maximiliane-Theodora von und zu Hohenlohe-Waldenburg-Schillingsfürst"
LONG_ADDRESS = "a-very-long-address-without-any-place-to-break@subdomain.okafor-and-daughters.example"
# A day of the calendar shows its number and is called by its whole date; the rule wants one text in both.
UNTRUE_HERE = {"label-content-name-mismatch": {"enabled": False}}
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

# What stands out of the page, and what is cut off where nothing can be scrolled.
WIDER = """() => {
  const name = e => `${e.localName}#${e.id}.${e.className} "${e.textContent.trim().slice(0, 30)}"`;
  const scrolls = e => {
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const out = [];
  const whole = document.documentElement.scrollWidth;
  if (whole > innerWidth) out.push(`page: ${whole}`);
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || e.closest("svg, .visually-hidden, .skip") || scrolls(e)) continue;
    const box = e.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1) out.push(name(e));
  }
  return out;
}"""


class Look:
    """Looks at a page at each width, light and dark, and collects what is wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def __call__(self, page: Page, name: str) -> None:
        before = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            self.faults += [f"{name} at {width}: {fault}" for fault in page.evaluate(WIDER)]
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way
            self.faults += [f"{name} in {scheme}: {fault}" for fault in self._objections(page)]
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        if before:
            page.set_viewport_size(before)

    @staticmethod
    def _objections(page: Page) -> list[str]:
        """Contrast, names, labels, headings and landmarks, as axe judges them."""
        if not AXE.is_file():
            return []  # set-up without the tools for tests
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        options = json.dumps({"resultTypes": ["violations"], "rules": UNTRUE_HERE})
        found = page.evaluate(f"axe.run(document, {options})")
        return [
            f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"][:3]
        ]


@pytest.fixture
def look() -> Look:
    return Look()


def test_pages_for_everybody(walk: Walk, look: Look) -> None:
    pickup, back = dates(days_ahead=44, days=3)
    for path in (
        "/",
        "/fleet",
        f"/fleet?from={pickup}&to={back}",
        f"/fleet?from={back}&to={pickup}",
        "/cars/aurelia-gt",
        f"/cars/aurelia-gt?from={pickup}&to={back}",
        "/my-booking",
        "/terms",
        "/desk/login",
    ):
        walk.page.goto(f"{walk.house}{path}")
        look(walk.page, path)
    assert look.faults == []


def test_a_rental_with_long_words(walk: Walk, look: Look, tmp_path: Path) -> None:
    walk.look = _at("details", "to-sign", "desk-bookings", "desk-dialog", "hand-over", "settle", look=look)
    walk.search(days_ahead=51)
    walk.choose("Strada Turbo T")
    walk.hold()
    walk.fill_details(name=LONG_NAME, email=LONG_ADDRESS)
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(walk.page.get_by_role("heading", name="The car is yours")).to_be_visible(timeout=30_000)
    look(walk.page, "confirmed")
    walk.page.goto(f"{walk.link}/cancel")
    look(walk.page, "cancel")

    walk.sign_in()
    walk.open_booking()
    walk.ask_for_deposit()
    walk.pay_deposit()
    walk.open_booking()
    walk.hand_over(tmp_path, odometer=40_000)
    look(walk.page, "desk, on rent")
    walk.take_back(tmp_path, odometer=40_340)
    walk.settle()
    walk.wait_until("Closed")
    look(walk.page, "desk, closed")
    for path in ("/desk?view=all", "/desk?q=nobody", "/desk/queue", "/desk/queue/received", "/desk/clock"):
        walk.page.goto(f"{walk.house}{path}")
        look(walk.page, path)
    walk.page.goto(walk.link)
    look(walk.page, "closed")
    assert look.faults == []


def _at(*names: str, look: Look) -> Callable[[Page, str], None]:
    return lambda page, name: look(page, name) if name in names else None
