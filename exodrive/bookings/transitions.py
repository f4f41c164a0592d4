"""Applying a move to a booking: the one place that sets its state.

The row is locked, the table asked, the state set, the audit trail and the outbox written: all in the
caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from exodrive.availability import occupancies
from exodrive.bookings.models import Booking
from exodrive.bookings.states import EVENTS, NEXT, Move, State
from exodrive.fleet.models import Car
from exodrive.kernel import audit, outbox
from exodrive.kernel.actors import DECIDERS, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound, Stale


class BookingNotFound(NotFound):
    code = "booking_not_found"


class MoveImpossible(Conflict):
    """The booking's state does not allow this any more, or not yet."""

    code = "move_impossible"

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(f"{move} is impossible in {state}")
        self.state = state
        self.move = move


def lock(booking_id: UUID, *, version: int | None = None) -> Booking:
    """The booking with what its moves need, locked until the transaction ends.

    A booking is locked before its payments and contracts, never after. Raises BookingNotFound, or Stale where
    the row is not at the `version` that the caller saw.
    """
    found = (
        session()
        .scalars(
            select(Booking)
            .where(Booking.id == booking_id)
            .options(
                joinedload(Booking.car).joinedload(Car.category),
                joinedload(Booking.customer),
                joinedload(Booking.pickup_place),
                joinedload(Booking.return_place),
                selectinload(Booking.drivers),
                selectinload(Booking.charges),
            )
            .with_for_update(of=Booking)
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if found is None:
        raise BookingNotFound(str(booking_id))
    if version is not None and found.version != version:
        raise Stale
    return found


def take_turn(booking_id: UUID) -> None:
    """Lock a booking without reading it: its payments come after it, whatever comes of them.

    Raises BookingNotFound.
    """
    found = session().scalar(select(Booking.id).where(Booking.id == booking_id).with_for_update())
    if found is None:
        raise BookingNotFound(str(booking_id))


def lock_with_car(booking_id: UUID, *, version: int | None = None) -> Booking:
    """The same for a move that may also move the booking's place: first its turn on the car.

    Who holds a car takes its turn before locking bookings: in the other order the two would wait in a circle.
    Raises BookingNotFound, Stale or CarBusy.
    """
    car_id = session().scalar(select(Booking.car_id).where(Booking.id == booking_id))
    if car_id is None:
        raise BookingNotFound(str(booking_id))
    occupancies.queue_for(car_id)
    return lock(booking_id, version=version)


def allowed(booking: Booking, move: Move) -> bool:
    return (State(booking.state), move) in NEXT


def apply(
    booking: Booking, move: Move, *, by: Actor, at: datetime, reason: str | None = None, **data: Any
) -> None:
    """Move a locked booking on. Raises MoveImpossible where the table knows no such row."""
    state = State(booking.state)
    if (state, move) not in NEXT:
        raise MoveImpossible(state, move)
    _enter(booking, move, before=state, by=by, at=at, reason=reason, data=data)


def begin(booking: Booking, *, by: Actor, at: datetime, **data: Any) -> None:
    """Bring a new booking to life, held."""
    session().add(booking)
    _enter(booking, Move.HOLD, before=None, by=by, at=at, reason=None, data=data)


def _enter(
    booking: Booking,
    move: Move,
    *,
    before: State | None,
    by: Actor,
    at: datetime,
    reason: str | None,
    data: dict[str, Any],
) -> None:
    booking.state = NEXT[before, move]
    booking.version = (booking.version or 0) + 1
    session().flush()
    audit.record(
        EVENTS[move], subject=("booking", booking.id), by=by, at=at, reason=reason, before=before, **data
    )
    outbox.emit(EVENTS[move], subject_id=booking.id, booking_id=str(booking.id))


def note(
    booking: Booking, action: str, *, by: Actor, at: datetime, reason: str | None = None, **data: Any
) -> None:
    """Write down something that happened to a locked booking without moving it.

    A person's deed makes the pages that others look at stale. What a provider reports does not: a check list
    that somebody is filling in must not be refused because PayPal has answered meanwhile.
    """
    if by.kind in DECIDERS:
        booking.version += 1
    session().flush()
    audit.record(action, subject=("booking", booking.id), by=by, at=at, reason=reason, **data)
