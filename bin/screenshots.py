"""Takes the pictures of the documents: walks a rental through a house of its own, and keeps what it sees.

`make screenshots` calls it. The house, its servers and its data exist only while it runs.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import live, servers  # noqa: E402  the checkout is on the path only now
from tests.journeys.conftest import ARGUMENTS  # noqa: E402
from tests.journeys.walk import Walk  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
# The pages that the documents show, and how much of each: width and height of the window.
WANTED = {
    "home": (1440, 900),
    "car": (1440, 900),
    "details": (1440, 900),
    "ready": (1440, 900),
    "desk-bookings": (1440, 900),
    "desk-closed": (1440, 900),
    "hand-over": (390, 844),
}
SHOWN_AT = 960  # pixels; what a document shows


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory(prefix="exodrive-pictures-") as folder,
        servers.running() as running,
        live.house(running, Path(folder), database="pictures") as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        walk = Walk(page, house.url, house.simulators_url, house.owner, _look)
        whole_rental(walk, Path(folder))
        browser.close()
    return 0


def whole_rental(walk: Walk, folder: Path) -> None:
    walk.search()
    walk.choose("Aurelia GT")
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
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


def _look(page: Page, name: str) -> None:
    if name not in WANTED:
        return
    before = page.viewport_size
    width, height = WANTED[name]
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(400)  # pictures, fonts and what glides into place
    page.evaluate("scrollTo(0, 0)")
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    if before is not None:
        page.set_viewport_size(before)
    _shrink(file)


def _shrink(file: Path) -> None:
    """Small enough to be kept beside the documents: 960 pixels wide, as WebP."""
    with Image.open(file) as picture:
        wide = min(picture.width, SHOWN_AT)
        small = picture.convert("RGB").resize((wide, round(picture.height * wide / picture.width)))
        small.save(file.with_suffix(".webp"), quality=82, method=6)
    file.unlink()


if __name__ == "__main__":
    sys.exit(main())
