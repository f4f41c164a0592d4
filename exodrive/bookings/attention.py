"""What a person had to look at, looked at."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.kernel.actors import Actor


def clear(booking_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> None:
    """Take the flag off a booking, with what came of looking. Normal twice. Raises Stale."""
    booking = transitions.lock(booking_id, version=version)
    if booking.attention is None:
        return
    what, booking.attention = booking.attention, None
    transitions.note(booking, "booking.attention_cleared", by=by, at=at, reason=reason, attention=what)
