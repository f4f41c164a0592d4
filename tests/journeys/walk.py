"""A rental as its people click it: the customer, the payer at PayPal, the signer, the desk.

Used by the journeys and by `bin/screenshots.py`, which looks at each page on the way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, TimeoutError, expect

ZONE = ZoneInfo("America/New_York")
POSITIONS = 8
FUEL_FULL = "8"


def no_look(_page: Page, _name: str) -> None:
    """For journeys, which do not stop for pictures."""


@dataclass(slots=True)
class Walk:
    """One browser page on its way through a rental; `look` is called at each page worth seeing."""

    page: Page
    house: str
    simulators: str
    staff: tuple[str, str]
    look: Callable[[Page, str], None] = field(default=no_look)
    link: str = ""
    reference: str = ""

    def arrive(self, address: str) -> None:
        """Wait until the browser is where it is led; else say what it shows instead."""
        try:
            self.page.wait_for_url(re.compile(address))
        except TimeoutError as error:
            shown = self.page.locator("body").inner_text()
            raise AssertionError(f"not at {address} but at {self.page.url}:\n{shown}") from error

    # the customer

    def search(self, *, days_ahead: int = 9, days: int = 3) -> None:
        """From the home page to the free cars of some weekdays."""
        pickup, back = dates(days_ahead=days_ahead, days=days)
        self.page.goto(self.house)
        self.look(self.page, "home")
        self.page.get_by_label("Pick-up", exact=True).fill(pickup)
        self.page.get_by_label("Return", exact=True).fill(back)
        self.page.get_by_role("button", name="Show free cars").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("free")
        self.look(self.page, "fleet")

    def choose(self, car: str = "Aurelia GT") -> None:
        self.page.get_by_role("link", name=car, exact=True).first.click()
        expect(self.page.get_by_role("heading", name=car, level=1)).to_be_visible()
        self.look(self.page, "car")

    def hold(self) -> None:
        self.page.get_by_role("button", name=re.compile("Hold this car")).click()
        expect(self.page.get_by_role("timer")).to_be_visible()
        self.link = self.page.url
        self.reference = reference(self.page)
        self.look(self.page, "details")

    def fill_details(self, *, name: str = "Maya Okafor", email: str = "maya@okafor.example") -> None:
        year = datetime.now(ZONE).year
        self.page.get_by_label("Full name, as on the licence").first.fill(name)
        self.page.get_by_label("E-mail").first.fill(email)
        for label, value in (
            ("Phone", "(301) 555-0123"),
            ("Date of birth", f"{year - 35}-04-02"),
            ("Street and number", "4 Elm Street"),
            ("Town", "Bethesda"),
            ("State or region", "MD"),
            ("ZIP or postcode", "20814"),
            ("Licence number", "O-215-660-118-204"),
            ("Licence held since", f"{year - 12}-04-02"),
            ("Licence valid until", f"{year + 3}-04-02"),
            ("Insurer", "Old Line Mutual"),
            ("Policy number", "OLM-22817"),
            ("Insured until", f"{year + 1}-04-02"),
        ):
            self.page.get_by_label(label).first.fill(value)
        self.page.get_by_role("checkbox", name=re.compile("rental terms")).check()

    def send_details(self) -> None:
        self.page.get_by_role("button", name="Continue to PayPal").click()

    def pay(self) -> None:
        """Approve at PayPal, where the waiting page leads by itself, and come back."""
        self.arrive("/checkoutnow")
        self.look(self.page, "paypal")
        self.page.get_by_role("button", name=re.compile("Pay|Continue")).click()
        self.arrive("/b/")

    def sign(self) -> None:
        """Sign at DocuSeal and come back to a confirmed booking."""
        link = self.page.get_by_role("link", name=re.compile("sign", re.IGNORECASE)).first
        expect(link).to_be_visible()
        self.look(self.page, "to-sign")
        link.click()
        self.arrive("/docuseal/s/")
        self.look(self.page, "agreement")
        self.page.locator("#signature").fill("Maya Okafor")
        self.page.locator("#agreed").check()
        self.page.get_by_role("button", name=re.compile("^Sign")).click()
        self.arrive("/b/")

    def pay_deposit(self) -> None:
        self.page.goto(self.link)
        self.page.get_by_role("button", name=re.compile("deposit", re.IGNORECASE)).click()
        self.pay()
        expect(self.page.get_by_text("Held", exact=True)).to_be_visible()
        self.look(self.page, "ready")

    # the desk

    def sign_in(self) -> None:
        email, password = self.staff
        self.page.goto(f"{self.house}/desk")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Going out")).to_be_visible()
        self.look(self.page, "desk-today")
        self.page.goto(f"{self.house}/desk/bookings")
        expect(self.page.get_by_role("heading", name="Bookings", level=1)).to_be_visible()
        self.look(self.page, "desk-bookings")

    def open_booking(self) -> None:
        self.page.goto(f"{self.house}/desk/bookings/{self.reference}")
        expect(self.page.get_by_role("heading", name=self.reference, level=1)).to_be_visible()

    def ask_for_deposit(self) -> None:
        self._press(self.page.get_by_role("link", name="Ask for the deposit now"))
        ask = self.page.get_by_role("dialog").get_by_role("button", name="Ask for it")
        expect(ask).to_be_visible()
        self.look(self.page, "desk-dialog")
        ask.click()
        expect(self.page.get_by_text("Ask for the deposit now").first).to_be_hidden()

    def hand_over(self, folder: Path, *, odometer: int) -> None:
        self._press(self.page.get_by_role("link", name="Hand over").first)
        self._report(folder, odometer=odometer)
        self.look(self.page, "hand-over")
        self._press(self.page.get_by_role("button", name="Give the keys"))
        expect(self.page.get_by_text("On rent", exact=True).first).to_be_visible()

    def take_back(self, folder: Path, *, odometer: int) -> None:
        self._press(self.page.get_by_role("link", name="Take back").first)
        self._report(folder, odometer=odometer)
        # The charges are worked out from the reading, and looked at before the button is pressed.
        expect(self.page.locator("input[name=worked_out]")).not_to_have_value("")
        self.look(self.page, "take-back")
        self._press(self.page.get_by_role("button", name="Take back"))
        expect(self.page.get_by_text("Returned", exact=True).first).to_be_visible()

    def settle(self) -> None:
        self._press(self.page.get_by_role("link", name=re.compile("^Settle")).first)
        settle = self.page.get_by_role("button", name="Settle and close")
        expect(settle).to_be_visible()
        self.look(self.page, "settle")
        self._press(settle)
        expect(self.page.get_by_role("heading", name=self.reference, level=1)).to_be_visible()

    def bill_later(self, *, amount: str, note: str) -> None:
        """Charge what came up after closing; it is on a bill that is sent."""
        self.page.goto(f"{self.house}/desk/bookings/{self.reference}/charges")
        self.page.get_by_label("Amount, USD").fill(amount)
        self.page.get_by_label("What for: the renter reads it").fill(note)
        self.page.get_by_role("button", name="Bill it").click()
        expect(self.page.get_by_text("After closing")).to_be_visible()
        self.open_booking()
        self.wait_until("Sent", seconds=60)

    def send_quote(self, *, name: str, email: str) -> str:
        """Send the quote of the new booking that is open; returns the address of its customer's page."""
        self.page.get_by_label("Full name, as on the licence").first.fill(name)
        self.page.get_by_label("E-mail", exact=True).first.fill(email)
        self.page.get_by_label("Phone", exact=True).first.fill("(301) 555-0123")
        self.page.get_by_role("button", name="Send the quote").click()
        link = self.page.get_by_role("link", name="The customer’s page")
        expect(link).to_be_visible()
        return link.get_attribute("href") or ""

    def wait_until(self, words: str, *, seconds: int = 60) -> None:
        """Look at the page again until its head has the words: workers are on their way."""
        for _ in range(seconds):
            if self.page.get_by_text(words, exact=True).first.is_visible():
                return
            self.page.wait_for_timeout(1000)
            self.page.reload()
        raise AssertionError(f"{words!r} never came")

    def _press(self, what: Locator) -> None:
        """Press a button or link of a block that may be swapped just now.

        A mouse goes down and up: where the block is swapped in between, the press is lost.
        """
        what.click(trial=True)
        what.dispatch_event("click")

    def _report(self, folder: Path, *, odometer: int) -> None:
        self._photograph(folder)
        for box in self.page.get_by_role("checkbox").all():
            if box.is_enabled():
                box.check()
        self.page.get_by_label(re.compile("Odometer")).fill(str(odometer))
        self.page.keyboard.press("Tab")

    def _photograph(self, folder: Path) -> None:
        """Put a photo into each of the eight places; each is kept as soon as it is chosen."""
        inputs = self.page.locator("input[type=file]")
        expect(inputs).to_have_count(POSITIONS)
        for number in range(POSITIONS):
            file = folder / f"photo-{number}.jpg"
            file.write_bytes(picture(number))
            with self.page.expect_response(re.compile("/photos/")):
                inputs.nth(number).set_input_files(file)


def dates(*, days_ahead: int, days: int) -> tuple[str, str]:
    """A pick-up and a return at 10:00 on weekdays, as a datetime-local field takes them."""
    pickup = datetime.now(ZONE) + timedelta(days=days_ahead)
    while pickup.weekday() > 4 or (pickup + timedelta(days=days)).weekday() > 4:
        pickup += timedelta(days=1)
    return f"{pickup:%Y-%m-%d}T10:00", f"{pickup + timedelta(days=days):%Y-%m-%d}T10:00"


def reference(page: Page) -> str:
    found = re.search(r"EXD-[0-9A-Z]{6}", page.content())
    assert found is not None
    return found.group()


def picture(number: int) -> bytes:
    """A photo as a phone makes them, one unlike the other."""
    image = Image.new("RGB", (1200, 800), f"hsl({number * 40}, 30%, 45%)")
    ImageDraw.Draw(image).text((40, 40), f"photo {number}", fill="white")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
