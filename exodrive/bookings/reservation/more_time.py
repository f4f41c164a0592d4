"""A little more time for somebody who is still typing or paying: asked for by the customer, given once.

Nobody else can come next meanwhile: the booking's place is taken until its clock ends. So what bounds the
extension is the rule, and the moment at which the car would have to be made ready.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.house.rules import Rulebook
from exodrive.kernel.actors import CUSTOMER, Actor

RUNNING = (State.HELD, State.AWAITING_PAYMENT)
NONE = timedelta(0)


def possible(booking: Booking, *, rules: Rulebook, at: datetime) -> timedelta:
    """How much can be added to the running clock of a booking; nothing where none runs, or it was given."""
    end = booking.expires_at
    if booking.state not in RUNNING or booking.extended_at is not None or end is None:
        return NONE
    if expiry.due(booking, at=at):
        return NONE
    latest = booking.pickup_at - timedelta(minutes=rules.turnaround.before_minutes)
    return max(NONE, min(timedelta(minutes=rules.booking.extension_minutes), latest - end))


def ask(booking_id: UUID, *, at: datetime, by: Actor = CUSTOMER) -> timedelta:
    """Add to the clock what can be added; returns how much. Normal twice: the second time it is nothing.

    The lock settles between two tabs that ask at once. Raises BookingNotFound.
    """
    booking = transitions.lock(booking_id)
    more = possible(booking, rules=house.rulebook_of(booking.policies), at=at)
    if more and booking.expires_at is not None:
        booking.expires_at += more
        booking.extended_at = at
        minutes = int(more.total_seconds() // 60)
        transitions.note(booking, "booking.more_time", by=by, at=at, minutes=minutes)
    return more
