"""Takes the pictures of the documents: walks a rental through a house of its own, and keeps what it sees.

`make screenshots` calls it. The house, its servers and its data exist only while it runs. Each page is taken
in both themes, on a wide screen or on the phone that people use it on, and `docs/pages.md` is written to show
them all.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import live, servers  # noqa: E402  the checkout is on the path only now
from tests.journeys.conftest import ARGUMENTS  # noqa: E402
from tests.journeys.walk import Walk, dates  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
GALLERY = ROOT / "docs" / "pages.md"
THEMES = ("light", "dark")
WIDE, PHONE = (1440, 900), (390, 844)
SHOWN_WIDE, SHOWN_PHONE = 960, 320  # pixels; what a document shows
SETTLING = 500  # milliseconds: pictures, fonts and what glides into place
QUALITY = 78
OTHERS = 600  # bookings


@dataclass(frozen=True, slots=True)
class Picture:
    """How the gallery calls a page, and the window it is seen in."""

    title: str
    window: tuple[int, int] = WIDE


# What the walk comes past, by the names that it calls.
ON_THE_WAY = {
    "home": Picture("Home"),
    "fleet": Picture("The fleet, free on some dates"),
    "car": Picture("A car, with its price for the dates"),
    "details": Picture("Who drives, while the car is held"),
    "to-sign": Picture("Paid, and to be signed"),
    "ready": Picture("Ready for pick-up"),
    "desk-dialog": Picture("A question before a deed"),
    "hand-over": Picture("Giving the keys", PHONE),
    "take-back": Picture("Taking the car back", PHONE),
    "settle": Picture("Settling"),
    "desk-closed": Picture("A closed rental"),
}
# What it does not come past: name, address and picture.
BESIDE = (
    ("home-phone", "/", Picture("Home on a phone", PHONE)),
    ("fleet-phone", "/fleet", Picture("The fleet on a phone", PHONE)),
    ("car-phone", "/cars/aurelia-gt?{dates}", Picture("A car on a phone", PHONE)),
    ("about", "/about", Picture("About the house")),
    ("contact", "/contact", Picture("Contact")),
    ("policies", "/terms", Picture("Policies")),
    ("my-booking", "/my-booking", Picture("Finding a booking again")),
    ("sign-in", "/desk/login", Picture("Signing in")),
)
AT_THE_DESK = (
    ("desk-today", "/desk", Picture("Today")),
    ("desk-bookings", "/desk/bookings", Picture("Bookings")),
    ("desk-phone", "/desk", Picture("Today on a phone", PHONE)),
    ("desk-new", "/desk/new", Picture("A booking at the counter")),
    ("desk-quotes", "/desk/quotes", Picture("Quotes")),
    ("desk-money", "/desk/money", Picture("Money at risk")),
    ("desk-bills", "/desk/bills", Picture("Bills")),
    ("desk-books", "/desk/books", Picture("The month's books")),
    ("desk-reconciliation", "/desk/reconciliation", Picture("What differs from PayPal")),
    ("desk-tolls", "/desk/tolls", Picture("Tolls and fines from a file")),
    ("desk-promotions", "/desk/promotions", Picture("Promo codes")),
    ("desk-queue", "/desk/queue", Picture("What waits for whom")),
    ("desk-received", "/desk/queue/received", Picture("Messages of the providers")),
    ("desk-enquiries", "/desk/enquiries", Picture("Messages of visitors")),
    ("desk-reviews", "/desk/reviews", Picture("Reviews, to be looked at")),
    ("desk-cars", "/desk/cars", Picture("Cars")),
    ("desk-car", "/desk/cars/aurelia-gt", Picture("A car and its photos")),
    ("desk-site", "/desk/site", Picture("Texts of the site")),
    ("desk-tokens", "/desk/tokens", Picture("API tokens")),
    ("desk-people", "/desk/people", Picture("People")),
    ("desk-account", "/desk/account", Picture("Own account")),
    ("desk-clock", "/desk/clock", Picture("The sandbox's clock")),
)


@dataclass(slots=True)
class Album:
    """Keeps the pictures in the order in which they are taken."""

    taken: dict[str, Picture] = field(default_factory=dict)

    def on_the_way(self, page: Page, name: str) -> None:
        if name in ON_THE_WAY and name not in self.taken:
            self.take(page, name, ON_THE_WAY[name])

    def take(self, page: Page, name: str, picture: Picture) -> None:
        before = page.viewport_size
        page.set_viewport_size({"width": picture.window[0], "height": picture.window[1]})
        for theme in THEMES:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.wait_for_timeout(SETTLING)
            page.evaluate("scrollTo(0, 0)")
            _keep(page.screenshot(), FOLDER / f"{name}-{theme}.webp", phone=picture.window == PHONE)
        page.emulate_media(color_scheme="light")
        if before is not None:
            page.set_viewport_size(before)
        self.taken[name] = picture

    def gallery(self) -> str:
        """The document that shows them all."""
        head = "# Every page\n\nTaken by `make screenshots`, which also writes this file.\n"
        return head + "".join(_shown(name, picture) for name, picture in self.taken.items())


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    album = Album()
    with (
        tempfile.TemporaryDirectory(prefix="exodrive-pictures-") as folder,
        servers.running() as running,
        live.house(running, Path(folder), database="pictures") as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
        walk = Walk(page, house.url, house.simulators_url, house.owner, album.on_the_way)
        beside(walk, album)
        whole_rental(walk, album, Path(folder))
        quote(walk, album)
        fill(house)
        at_the_desk(walk, album)
        browser.close()
    GALLERY.write_text(album.gallery())
    return 0


def beside(walk: Walk, album: Album) -> None:
    pickup, back = dates(days_ahead=9, days=3)
    for name, address, picture in BESIDE:
        walk.page.goto(walk.house + address.format(dates=f"from={pickup}&to={back}"))
        album.take(walk.page, name, picture)


def whole_rental(walk: Walk, album: Album, folder: Path) -> None:
    walk.search()
    walk.choose("Aurelia GT")
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
    walk.page.goto(f"{walk.link}/change")
    album.take(walk.page, "change", Picture("Changing a booking"))
    walk.sign_in()
    walk.open_booking()
    walk.ask_for_deposit()
    walk.pay_deposit()
    walk.open_booking()
    walk.hand_over(folder, odometer=11_900)
    walk.take_back(folder, odometer=12_300)
    walk.settle()
    walk.wait_until("Closed")
    walk.look(walk.page, "desk-closed")
    walk.bill_later(amount="80", note="Speeding on the way to the bay")
    walk.page.goto(f"{walk.house}/desk/bookings/{walk.reference}/statement")
    album.take(walk.page, "desk-statement", Picture("A rental's account, to the cent"))
    walk.page.goto(walk.link)
    album.take(walk.page, "closed", Picture("A rental that is over"))


def quote(walk: Walk, album: Album) -> None:
    """A price in writing, as its customer reads it."""
    pickup, back = dates(days_ahead=65, days=3)
    walk.page.goto(f"{walk.house}/desk/new?car=calder-brake&from={pickup}&to={back}")
    walk.page.goto(walk.send_quote(name="Noah Okafor", email="noah@okafor.example"))
    album.take(walk.page, "quote", Picture("A quote"))


def fill(house: live.LiveHouse) -> None:
    """Other people's rentals, so that the desk looks as it does on a working day."""
    command = [sys.executable, "-m", "exodrive.cli", "demo", "--bookings", str(OTHERS)]
    subprocess.run(command, env=house.environment, check=True)


def at_the_desk(walk: Walk, album: Album) -> None:
    for name, address, picture in AT_THE_DESK:
        walk.page.goto(walk.house + address)
        album.take(walk.page, name, picture)


def _keep(content: bytes, file: Path, *, phone: bool) -> None:
    """Small enough to be kept beside the documents."""
    with Image.open(io.BytesIO(content)) as picture:
        wide = SHOWN_PHONE if phone else SHOWN_WIDE
        small = picture.convert("RGB").resize((wide, round(picture.height * wide / picture.width)))
        small.save(file, quality=QUALITY, method=6)


def _shown(name: str, picture: Picture) -> str:
    width = 200 if picture.window == PHONE else 420
    cells = "\n".join(
        f'<img src="pictures/{name}-{theme}.webp" width="{width}" alt="{picture.title}, {theme}">'
        for theme in THEMES
    )
    return f"\n## {picture.title}\n\n{cells}\n"


if __name__ == "__main__":
    sys.exit(main())
