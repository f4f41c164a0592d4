"""A car that does not come back in time for the next rental: a record that staff must solve.

Found by a sweep. Solved when the next booking gets another car or other dates (by the house's fault, so that
it costs the customer nothing), when it ends, when the car comes back in time, or by a word of staff.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from exodrive.availability import queries as availability
from exodrive.bookings import attention, queries, transitions
from exodrive.bookings.change_models import Conflict
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import OCCUPYING, State
from exodrive.house import queries as houses
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id

AHEAD = timedelta(days=2)  # a clash further ahead is not one yet: the car may come back any time


def late(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Rentals whose car was to be back by now: for the sweep."""
    return list(
        session().scalars(
            select(Booking.id)
            .where(Booking.state == State.ON_RENT, Booking.return_at <= at)
            .order_by(Booking.return_at)
            .limit(limit)
        )
    )


def look(booking_id: UUID, *, at: datetime) -> None:
    """Whether a late car clashes with the next booking of it; the clash is written down once."""
    next_id = _endangered(queries.by_id(booking_id), at=at)
    if next_id is None or _open(next_id, booking_id) is not None:
        return
    locked = {one: transitions.lock(one) for one in sorted((booking_id, next_id))}
    booking, endangered = locked[booking_id], locked[next_id]
    if _endangered(booking, at=at) != next_id or endangered.state not in OCCUPYING:
        return
    session().add(Conflict(id=new_id(), booking_id=endangered.id, late_id=booking.id, found_at=at))
    for one in (booking, endangered):
        attention.call_for(one, Attention.CAR_LATE)
        transitions.note(
            one, "booking.conflict_found", by=SYSTEM, at=at, late=booking.reference, next=endangered.reference
        )


def _endangered(booking: Booking, *, at: datetime) -> UUID | None:
    """The next booking of a late car, where the car could not be ready for it any more."""
    if booking.state != State.ON_RENT or booking.return_at > at:
        return None
    following = availability.next_taken(booking.car_id, after=booking.return_at, ignoring_booking=booking.id)
    if following is None or following.period.starts_at > at + AHEAD:
        return None
    return following.booking_id if _ready_at(booking, at=at) > following.period.starts_at else None


def look_again(booking: Booking, *, by: Actor, at: datetime) -> None:
    """After a change of a locked booking: which of its clashes are over."""
    solved = [row for row in _open_locked(booking.id) if not _clash(row, at=at)]
    _close(booking, solved, "changed", by=by, at=at)


def end(booking: Booking, *, by: Actor, at: datetime, solution: str) -> None:
    """A locked booking has ended, or its car is back: nothing can clash with it any more.

    The other booking is not written to, since two that end at once would each wait for the other: the sweep
    calms it.
    """
    _close(booking, _open_locked(booking.id), solution, by=by, at=at)


def solve(booking_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Staff have solved the clashes of a booking in another way, and say how. Normal twice."""
    involved = {booking_id} | {
        one for conflict in open_of(booking_id) for one in (conflict.booking_id, conflict.late_id)
    }
    locked = {one: transitions.lock(one) for one in sorted(involved)}
    end(locked.pop(booking_id), by=by, at=at, solution=reason)
    for other in locked.values():
        _calm(other, by=by, at=at)


def over(*, limit: int = 50) -> list[UUID]:
    """Bookings that still call for a look although nothing clashes any more: for the sweep."""
    still = select(Conflict.id).where(
        or_(Conflict.booking_id == Booking.id, Conflict.late_id == Booking.id), Conflict.solved_at.is_(None)
    )
    found = select(Booking.id).where(Booking.attention == Attention.CAR_LATE, ~still.exists())
    return list(session().scalars(found.order_by(Booking.id).limit(limit)))


def overtaken(*, limit: int = 50) -> list[UUID]:
    """Endangered bookings of clashes that ended by themselves, as where one has expired: for the sweep."""
    late_one = aliased(Booking)
    found = (
        select(Conflict.booking_id)
        .join(Booking, Booking.id == Conflict.booking_id)
        .join(late_one, late_one.id == Conflict.late_id)
        .where(
            Conflict.solved_at.is_(None),
            or_(late_one.state != State.ON_RENT, Booking.state.not_in(OCCUPYING)),
        )
        .distinct()
    )
    return list(session().scalars(found.limit(limit)))


def recheck(booking_id: UUID, *, at: datetime) -> None:
    """Close the clashes of a booking that are over by now."""
    look_again(transitions.lock(booking_id), by=SYSTEM, at=at)


def calm(booking_id: UUID, *, at: datetime) -> None:
    """Nobody has to look at a booking whose clashes are over."""
    booking = transitions.lock(booking_id)
    if booking.attention == Attention.CAR_LATE:
        _calm(booking, by=SYSTEM, at=at)


def open_of(booking_id: UUID) -> list[Conflict]:
    """The clashes of a booking that are not solved, on either side."""
    return list(
        session().scalars(
            select(Conflict)
            .where(
                or_(Conflict.booking_id == booking_id, Conflict.late_id == booking_id),
                Conflict.solved_at.is_(None),
            )
            .order_by(Conflict.found_at)
        )
    )


def _clash(conflict: Conflict, *, at: datetime) -> bool:
    """Whether the late car is still in the way of the other booking."""
    late_one = session().get(Booking, conflict.late_id)
    other = session().get(Booking, conflict.booking_id)
    if late_one is None or other is None or late_one.state != State.ON_RENT or other.state not in OCCUPYING:
        return False
    return late_one.car_id == other.car_id and late_one.return_at <= at and other.pickup_at <= at + AHEAD


def _close(booking: Booking, solved: list[Conflict], solution: str, *, by: Actor, at: datetime) -> None:
    for conflict in solved:
        conflict.solved_at, conflict.solved_by, conflict.solution = at, by.name, solution
    session().flush()
    if solved:
        _calm(booking, by=by, at=at)


def _calm(booking: Booking, *, by: Actor, at: datetime) -> None:
    """Say that a locked booking has no clash any more, where that is so, and how the last one ended."""
    last = session().scalar(
        select(Conflict)
        .where(or_(Conflict.booking_id == booking.id, Conflict.late_id == booking.id))
        .order_by(Conflict.solved_at.desc().nulls_first())
        .limit(1)
    )
    if last is not None and last.solved_at is None:
        return
    if booking.attention == Attention.CAR_LATE:
        booking.attention = None
    solution = last.solution if last is not None else None
    transitions.note(booking, "booking.conflict_solved", by=by, at=at, solution=solution)


def _open_locked(booking_id: UUID) -> list[Conflict]:
    """The same as `open_of`, each locked: who waits for one finds it solved and leaves it alone."""
    return list(
        session().scalars(
            select(Conflict)
            .where(
                or_(Conflict.booking_id == booking_id, Conflict.late_id == booking_id),
                Conflict.solved_at.is_(None),
            )
            .order_by(Conflict.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _open(booking_id: UUID, late_id: UUID) -> Conflict | None:
    return session().scalar(
        select(Conflict).where(
            Conflict.booking_id == booking_id, Conflict.late_id == late_id, Conflict.solved_at.is_(None)
        )
    )


def _ready_at(booking: Booking, *, at: datetime) -> datetime:
    """When the car could be ready for the next one, were it back now."""
    journey = Journey.of(booking)
    _, after = offers.margins(journey, policies=houses.rulebook_of(booking.policies))
    return at + timedelta(minutes=after)
