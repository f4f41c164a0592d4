"""Ending what was not finished in time: by whoever wants the place, or by the sweep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability.models import Occupancy
from exodrive.availability.rules import Period
from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.states import EXPIRABLE, Move
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.pricing import promotion_uses


def due(booking: Booking, *, at: datetime) -> bool:
    """Whether an unfinished booking's time is over."""
    return booking.state in EXPIRABLE and booking.expires_at is not None and booking.expires_at <= at


def expire(booking: Booking, *, at: datetime, by: Actor = SYSTEM, reason: str | None = None) -> None:
    """End a locked booking and give its place back. Its money and agreement follow by the event."""
    transitions.apply(booking, Move.EXPIRE, by=by, at=at, reason=reason)
    booking.expires_at = None
    occupancies.release(booking.id)
    promotion_uses.give_back(booking.id, at=at)


def clear(car_id: UUID, period: Period, *, at: datetime) -> None:
    """Expire what is due in the way of a new booking.

    What somebody else has locked is being paid or ended at this moment: it is left to them.
    """
    blockers = session().scalars(
        select(Booking.id)
        .join(Occupancy, Occupancy.booking_id == Booking.id)
        .where(
            Occupancy.car_id == car_id,
            Occupancy.period.overlaps(occupancies.as_range(period)),
            Booking.state.in_(EXPIRABLE),
            Booking.expires_at <= at,
        )
        .with_for_update(of=Booking, skip_locked=True)
    )
    for booking_id in blockers.all():
        expire_if_due(booking_id, at=at)


def overdue(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Bookings whose time is over, oldest first: for the sweep, which ends each in its own transaction."""
    return list(
        session().scalars(
            select(Booking.id)
            .where(Booking.expires_at <= at, Booking.state.in_(EXPIRABLE))
            .order_by(Booking.expires_at)
            .limit(limit)
        )
    )


def expire_if_due(booking_id: UUID, *, at: datetime) -> None:
    """End one booking, unless it was paid or ended between the look and the lock."""
    booking = transitions.lock(booking_id)
    if due(booking, at=at):
        expire(booking, at=at)
