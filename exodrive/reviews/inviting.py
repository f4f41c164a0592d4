"""Asking the renter of a closed rental how it was: planned when it closes, done by a sweep, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.reviews import rules
from exodrive.reviews.models import Invitation

WANTED = "review.wanted"


def plan(booking_id: UUID, *, at: datetime) -> None:
    """Remember to ask about this rental. Planned twice, it is asked once."""
    found = session().get(Booking, booking_id)
    if found is None or found.state != State.CLOSED:
        return
    ask_at = rules.ask_at(taken_back_at=found.taken_back_at, closed_at=found.closed_at or at)
    session().execute(
        insert(Invitation)
        .values(booking_id=booking_id, ask_at=ask_at)
        .on_conflict_do_nothing(index_elements=["booking_id"])
    )


def due(*, at: datetime, limit: int = 100) -> list[UUID]:
    """The rentals whose renters are to be asked now."""
    return list(
        session().scalars(
            select(Invitation.booking_id)
            .where(Invitation.asked_at.is_(None), Invitation.ask_at <= at)
            .order_by(Invitation.ask_at)
            .limit(limit)
        )
    )


def ask(booking_id: UUID, *, at: datetime) -> None:
    """Have the letter written, unless another sweep has done so: the lock settles which."""
    invitation = session().get(Invitation, booking_id, with_for_update=True, populate_existing=True)
    if invitation is None or invitation.asked_at is not None:
        return
    invitation.asked_at = at
    outbox.emit(WANTED, subject_id=booking_id, booking_id=str(booking_id))
