"""What a person has to look at, and what came of looking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.models import Attention, Booking
from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.errors import Conflict

CLEARED = "booking.attention_cleared"
RESTORED = "booking.attention_restored"
UNDONE_WITHIN = timedelta(minutes=15)  # a slip is noticed at once; later it is another matter


class NothingToRestore(Conflict):
    """No flag was taken off lately, or there is another one by now."""

    code = "nothing_to_restore"


def call_for(booking: Booking, what: Attention) -> None:
    """Have a person look at a locked booking. Whoever looks at it already sees an older page from here on."""
    booking.attention = what
    booking.version += 1


def answered(booking: Booking, *whats: Attention) -> None:
    """What these flags asked somebody to look at has come right by itself."""
    if booking.attention in whats:
        booking.attention = None


def clear(booking_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> None:
    """Take the flag off a booking, with what came of looking. Normal twice. Raises Stale."""
    booking = transitions.lock(booking_id, version=version)
    if booking.attention is None:
        return
    what, booking.attention = booking.attention, None
    transitions.note(booking, CLEARED, by=by, at=at, reason=reason, attention=what)


def restore(booking_id: UUID, *, by: Actor, at: datetime) -> None:
    """Put a flag back that was taken off by mistake. Raises NothingToRestore."""
    booking = transitions.lock(booking_id)
    entry = cleared_lately(audit.trail(booking_id), at=at)
    if entry is None or booking.attention is not None:
        raise NothingToRestore
    booking.attention = Attention(entry.data["attention"])
    transitions.note(booking, RESTORED, by=by, at=at, attention=booking.attention)


def cleared_lately(trail: Iterable[AuditEntry], *, at: datetime) -> AuditEntry | None:
    """The deed that took the flag off, where it can still be undone; the trail comes newest first."""
    last = next((entry for entry in trail if entry.action in (CLEARED, RESTORED)), None)
    if last is None or last.action == RESTORED or at - last.at > UNDONE_WITHIN:
        return None
    return last
