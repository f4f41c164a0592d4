"""A customer's program: where no answer comes it asks again with the same key, as the API promises it may."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from tests.chaos.people import Counter, Guest
from tests.races.customer import PATIENCE
from tests.races.days import ZONE
from tests.web.api.customer import RENTER


def book(guest: Guest, car: str, dates: tuple[str, str]) -> None:
    """Ask for a price, and order for it."""
    pickup_at, return_at = (datetime.fromisoformat(date).replace(tzinfo=ZONE).isoformat() for date in dates)
    wish = {"car": car, "pickup_place": "rockville", "pickup_at": pickup_at, "return_at": return_at}
    quoted = _post(guest, "/quotes", wish)
    order = {"renter": {**RENTER, "email": guest.email}, "accepted_policies": True}
    made = _post(guest, "/bookings", {"quote": quoted["quote"], "order": order})
    guest.link = made["page"]
    guest.session.headers["Authorization"] = f"Bearer {made['key']}"


def cancel(guest: Guest, counter: Counter) -> None:
    """Cancel what was ordered, once there is a way to pay for it."""
    guest.read("booking_received")
    guest.link_on_page("/checkoutnow")
    booking_id = guest.books.booking(guest.link)["id"]
    _post(guest, f"/bookings/{booking_id}/cancel", {"agreed_fee": {"amount": 0, "currency": "USD"}})


def _post(guest: Guest, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to one wish, however often it had to be sent."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    answer = guest.hope.until(
        lambda: [
            guest.session.post(f"{guest.url}/api/v1{path}", json=body, headers=headers, timeout=PATIENCE)
        ],
        what=f"an answer of {path}",
    )[0]
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found
