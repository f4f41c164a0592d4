"""From the search to PayPal, and a question at the desk, with nothing but a keyboard."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.walk import ZONE, Walk, dates

pytestmark = pytest.mark.journey

MOST_STEPS = 120
UNTAKEN = "/cars/bramante-s"  # no journey rents it: every day on which the house is open can be chosen
SCROLLING = 600  # looks, half a minute in all
# What has the focus: its name, and whether a person can see that it has it.
FOCUSED = """() => {
  const at = document.activeElement;
  const words = at.getAttribute("aria-label") ?? (at.labels?.[0] ?? at).textContent;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  // The button inside a field of dates is ringed by the browser itself, out of our sight.
  const itself = at.matches("input") && !at.matches(":focus");
  const ringed = itself || style.outlineStyle !== "none" || style.boxShadow !== "none";
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const visible = at === document.body || (ringed && seen);
  return {name: words.replace(/\\s+/g, " ").trim(), id: at.id, tag: at.localName, visible};
}"""


class Keyboard:
    """One who cannot use a mouse. Wherever the focus comes, it must be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    @property
    def place(self) -> str:
        """The name of what has the focus."""
        found = self.page.evaluate(FOCUSED)
        for _ in range(SCROLLING):  # a page scrolls there a moment later
            if found["visible"]:
                break
            self.page.wait_for_timeout(50)
            found = self.page.evaluate(FOCUSED)
        assert found["visible"], f"the focus is on {found} and cannot be seen"
        return str(found["name"])

    def go_to(self, name: str) -> None:
        """Press Tab until something called so has the focus."""
        passed = []
        for _ in range(MOST_STEPS):
            self.press("Tab")
            passed.append(self.place)
            if re.search(name, passed[-1]):
                return
        raise AssertionError(f"nothing is called {name!r}: {passed}")

    def fill(self, name: str, text: str) -> None:
        self.go_to(name)
        self.type(text)


@pytest.fixture
def keys(page: Page) -> Keyboard:
    return Keyboard(page)


def test_from_the_first_page_to_paypal(walk: Walk, keys: Keyboard) -> None:
    pickup, back = dates(days_ahead=30, days=3)
    walk.page.goto(f"{walk.house}/fleet?from={pickup}&to={back}")
    keys.press("Tab")
    assert keys.place == "Skip to content"
    keys.press("Enter")
    keys.go_to("Grand tourers")
    keys.press("Enter")
    expect(walk.page.get_by_role("link", name="Harrowgate Eight")).to_be_hidden()
    # A swap must not throw the keyboard back to the top.
    expect(walk.page.get_by_role("link", name="Grand tourers").first).to_be_focused()
    keys.go_to("Calder Brake")
    keys.press("Enter")
    expect(walk.page.get_by_role("heading", name="Calder Brake", level=1)).to_be_visible()
    keys.go_to("^Hold this car")
    keys.press("Enter")
    expect(walk.page.get_by_role("timer")).to_be_visible()
    walk.link = walk.page.url

    keys.go_to("Continue to PayPal")
    keys.press("Enter")
    expect(walk.page.locator("#errors")).to_be_focused()
    keys.press("Tab")
    assert keys.place.startswith("Full name")
    keys.press("Enter")
    expect(walk.page.locator("#renter-name")).to_be_focused()
    _fill(keys)
    keys.go_to("rental terms")
    keys.press("Space")
    keys.go_to("Continue to PayPal")
    keys.press("Enter")
    walk.arrive("/checkoutnow")


def test_choosing_days_in_the_calendar(walk: Walk, keys: Keyboard) -> None:
    """Each choice redraws the calendar; the keyboard stays where it was."""
    walk.page.goto(f"{walk.house}{UNTAKEN}")
    keys.go_to("Later")
    with walk.page.expect_response(re.compile("month=")):
        keys.press("Enter")
    expect(walk.page.get_by_role("link", name="Earlier")).to_be_visible()
    expect(walk.page.get_by_role("link", name="Later")).to_be_focused()
    day = walk.page.locator("#calendar td a").first
    chosen = day.get_attribute("data-date") or ""
    day.focus()
    for key, days in (("ArrowRight", 1), ("ArrowDown", 8), ("ArrowUp", 1), ("ArrowLeft", 0)):
        keys.press(key)
        expect(_day(walk.page, chosen, days)).to_be_focused()
    with walk.page.expect_response(re.compile("from=")):
        keys.press("Enter")
    expect(walk.page.get_by_text("Now choose the day of return.")).to_be_visible()
    expect(_day(walk.page, chosen)).to_be_focused()
    keys.press("ArrowDown")
    expect(walk.page.locator("td[data-between]")).to_have_count(8)
    expect(walk.page.locator("#calendar [data-date][tabindex='0']")).to_have_count(1)
    with walk.page.expect_response(re.compile("to=")):
        keys.press("Space")
    expect(walk.page.get_by_role("button", name="Hold this car")).to_be_visible()
    expect(_day(walk.page, chosen, 7)).to_be_focused()


def test_turning_the_months(walk: Walk, keys: Keyboard) -> None:
    """Page Down leads to the same day a month later, also where that month is still on its way."""
    walk.page.goto(f"{walk.house}{UNTAKEN}")
    day = walk.page.locator("#calendar td a").first
    first = date.fromisoformat(day.get_attribute("data-date") or "").replace(day=1)
    day.focus()
    for _ in range(2):
        keys.press("PageDown")
        first = (first + timedelta(days=32)).replace(day=1)
        expect(walk.page.locator(f"#calendar [data-date^='{first:%Y-%m}']:focus")).to_be_visible()


def _day(page: Page, name: str, later: int = 0) -> Locator:
    day = date.fromisoformat(name) + timedelta(days=later)
    return page.locator(f"#calendar [data-date='{day}']")


def test_a_question_at_the_desk(walk: Walk, keys: Keyboard) -> None:
    """A dialog takes the focus, keeps it, and gives it back."""
    walk.search(days_ahead=37)
    walk.choose("Linnet 3.8")
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.arrive("/checkoutnow")
    walk.sign_in()
    walk.open_booking()

    keys.go_to("^Replace link")
    keys.press("Enter")
    dialog = walk.page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    for _ in range(6):
        keys.press("Tab")
        inside = walk.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert inside, "the focus has left an open question"
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    assert keys.place == "Replace link"


def _fill(keys: Keyboard) -> None:
    year = datetime.now(ZONE).year
    keys.type("Maya Okafor")
    for name, text in (
        ("E-mail", "maya@okafor.example"),
        ("Phone", "(301) 555-0123"),
        ("Date of birth", f"0402{year - 35}"),
        ("Street and number", "4 Elm Street"),
        ("Town", "Bethesda"),
        ("State or region", "MD"),
        ("ZIP or postcode", "20814"),
        ("Licence number", "O-215-660-118-204"),
        ("Licence held since", f"0402{year - 12}"),
        ("Licence valid until", f"0402{year + 3}"),
        ("Insurer", "Old Line Mutual"),
        ("Policy number", "OLM-22817"),
        ("Insured until", f"0402{year + 1}"),
    ):
        keys.fill(f"^{name}", text)
