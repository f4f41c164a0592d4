"""The desk: whoever is signed in there, with forms and photos, but without script."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests
from PIL import Image

from exodrive.bookings.condition_models import POSITIONS
from exodrive.bookings.handover import PICKUP_CHECKS, RETURN_CHECKS
from tests.live import LiveHouse
from tests.races.pages import Page

PATIENCE = 60  # seconds
Typed = dict[str, str | tuple[str, ...]]


@dataclass
class Desk:
    """The owner at the desk of one house."""

    house: LiveHouse
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers["Connection"] = "close"

    def sign_in(self) -> None:
        email, password = self.house.owner
        page = self._get("/desk")
        self._send(page, "/desk", {"email": email, "password": password})

    @property
    def signed_in(self) -> bool:
        return self._get("/desk").offers("/logout")

    def do(self, reference: str, deed: str) -> None:
        """A deed that asks for no reason, such as `ask-deposit`."""
        address = f"/desk/bookings/{reference}/{deed}"
        self._send(self._get(address), address, {})

    def fill(
        self,
        address: str,
        action: str,
        typed: Typed,
        files: dict[str, tuple[str, bytes, str]] | None = None,
    ) -> None:
        """Fill in the form for `action` on a page, and send it."""
        self._send(self._get(address), action, typed, files)

    def hand_over(self, reference: str, *, odometer: int) -> None:
        self._report(reference, "hand-over", PICKUP_CHECKS, odometer=odometer, fuel=8)

    def take_back(self, reference: str, *, odometer: int, fuel: int) -> None:
        self._report(reference, "take-back", RETURN_CHECKS, odometer=odometer, fuel=fuel)

    def settle(self, reference: str) -> None:
        """Charge all that was found at the return."""
        self.do(reference, "settle")

    def cancel(self, reference: str, *, reason: str) -> None:
        """Cancel by the house's own fault: nothing is charged."""
        address = f"/desk/bookings/{reference}/cancel"
        self._send(self._get(f"{address}?houses_fault=1"), address, {"reason": reason})

    def change(self, reference: str, wanted: Typed, *, reason: str) -> None:
        """Look at what a change of a booking would do, and say yes to it."""
        address = f"/desk/bookings/{reference}/change"
        form = self._get(address).form(address)
        shown = self.session.post(
            urljoin(self.house.url, address), data=form.filled(wanted), timeout=PATIENCE
        )
        self._send(Page.of(shown), f"{address}/yes", {"reason": reason})

    def photograph(self, car: str, content: bytes) -> None:
        """Add a photo to a car."""
        address = f"/desk/cars/{car}"
        self._send(
            self._get(address), f"{address}/photos", {}, {"photos": ("car.jpg", content, "image/jpeg")}
        )

    def reconcile(self, reference: str) -> None:
        """Have PayPal's side of a booking read."""
        address = "/desk/reconciliation"
        self._send(self._get(address), address, {"booking": reference})

    def mend(self, difference_id: str) -> None:
        """Press the button of a difference."""
        address = f"/desk/reconciliation/{difference_id}"
        self._send(self._get(address), f"{address}/mend", {})

    def move_clock(self, day: str) -> None:
        """Have it be ten in the morning of that day."""
        self._send(self._get("/desk/clock"), "/desk/clock", {"to": day})

    def _report(
        self, reference: str, which: str, checks: tuple[str, ...], *, odometer: int, fuel: int
    ) -> None:
        """Fill in a condition report with its photos, from the page that has worked out the charges."""
        address = f"/desk/bookings/{reference}/{which}"
        typed: Typed = {"checks": checks, "odometer": str(odometer), "fuel": str(fuel)}
        page = self._get(f"{address}?odometer={odometer}&fuel={fuel}")
        photos = {f"photo-{position}": (f"{position}.jpg", _photo(), "image/jpeg") for position in POSITIONS}
        self._send(page, address, typed, photos)

    def _get(self, address: str) -> Page:
        page = Page.of(self.session.get(urljoin(self.house.url, address), timeout=PATIENCE))
        assert page.status == 200, (page.status, page.words)
        return page

    def _send(
        self,
        page: Page,
        action: str,
        changes: Typed,
        photos: dict[str, tuple[str, bytes, str]] | None = None,
    ) -> None:
        form = page.form(action)
        answer = self.session.post(
            urljoin(page.url, form.action),
            data=form.filled(changes),
            files=photos,
            timeout=PATIENCE,
            allow_redirects=False,
        )
        assert answer.status_code in (302, 303), (answer.status_code, Page.of(answer).words)


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#6a1522").save(out, "JPEG")
    return out.getvalue()
