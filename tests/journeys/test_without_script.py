"""The whole rental without script: every step has a plain form or link, and waits end by refresh."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PATIENCE
from tests.journeys.walk import POSITIONS, Walk, picture
from tests.live import LiveHouse

pytestmark = pytest.mark.journey


class PlainWalk(Walk):
    """The same way, where links lead to pages instead of dialogs and photos go with the form."""

    def ask_for_deposit(self) -> None:
        self.page.get_by_role("link", name="Ask for the deposit now").click()
        self.page.get_by_role("button", name="Ask for it").click()
        expect(self.page.get_by_text("Ask for the deposit now").first).to_be_hidden()

    def take_back(self, folder: Path, *, odometer: int) -> None:
        self.page.get_by_role("link", name="Take back").first.click()
        self._report(folder, odometer=odometer)
        self.page.get_by_role("button", name="Take back").click()
        # The reading has come with the form: what follows from it is shown before anything is done.
        expect(self.page.get_by_text("Look at the charges below")).to_be_visible()
        expect(self.page.get_by_text("Extra miles")).to_be_visible()
        expect(self.page.get_by_label(re.compile("Odometer"))).to_have_value(str(odometer))
        self.page.get_by_role("button", name="Take back").click()
        expect(self.page.get_by_text("Returned", exact=True).first).to_be_visible()

    def send_link(self) -> None:
        self.page.get_by_role("link", name="Send link again").click()
        self.page.get_by_role("button", name="Send it").click()
        expect(self.page.get_by_text("The link is on its way.")).to_be_visible()

    def cancel(self) -> None:
        self.page.get_by_role("link", name="Cancel with refund").click()
        self.page.get_by_label("Reason").fill("The customer called.")
        self.page.get_by_role("button", name="Cancel the booking").click()
        expect(self.page.get_by_text("Cancelled", exact=True).first).to_be_visible()

    def _photograph(self, folder: Path) -> None:
        inputs = self.page.locator("input[type=file]")
        expect(inputs).to_have_count(POSITIONS)
        for number in range(POSITIONS):
            file = folder / f"photo-{number}.jpg"
            file.write_bytes(picture(number))
            inputs.nth(number).set_input_files(file)


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.fixture
def walk(plain_page: Page, live_house: LiveHouse) -> PlainWalk:
    return PlainWalk(plain_page, live_house.url, live_house.simulators_url, live_house.owner)


def _confirmed(walk: PlainWalk, *, car: str, days_ahead: int) -> None:
    walk.search(days_ahead=days_ahead)
    walk.choose(car)
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(walk.page.get_by_role("heading", name="The car is yours")).to_be_visible()


def test_a_whole_rental(walk: PlainWalk, tmp_path: Path) -> None:
    _confirmed(walk, car="Noctua S", days_ahead=16)
    walk.sign_in()
    walk.open_booking()
    walk.ask_for_deposit()
    walk.pay_deposit()
    walk.open_booking()
    walk.send_link()
    walk.hand_over(tmp_path, odometer=9_000)
    walk.take_back(tmp_path, odometer=9_340)
    walk.settle()
    walk.wait_until("Closed")


def test_the_price_of_extras_and_a_change_of_mind(walk: PlainWalk) -> None:
    """A price that has changed needs a yes; and what was booked is cancelled at the desk."""
    walk.search(days_ahead=23)
    walk.choose("Noctua S")
    walk.hold()
    walk.fill_details()
    before = walk.page.locator("#price .total dd").inner_text()
    walk.page.locator("summary", has_text="Extras").click()
    walk.page.get_by_role("checkbox", name=re.compile("wheel lock")).check()
    walk.send_details()
    expect(walk.page.get_by_text("Send the form again if you agree")).to_be_visible()
    expect(walk.page.get_by_label("E-mail").first).to_have_value("maya@okafor.example")
    assert walk.page.locator("#price .total dd").inner_text() != before
    walk.page.get_by_role("button", name="Update the price").click()
    expect(walk.page.get_by_role("checkbox", name=re.compile("wheel lock"))).to_be_checked()
    walk.send_details()
    walk.arrive("/checkoutnow")

    walk.sign_in()
    walk.open_booking()
    walk.cancel()
    walk.page.goto(walk.link)
    expect(walk.page.get_by_role("heading", name="Cancelled", exact=True)).to_be_visible()
