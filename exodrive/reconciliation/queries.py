"""Looking at runs and differences."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import joinedload

from exodrive.bookings.models import Booking
from exodrive.kernel import counting, cursors
from exodrive.kernel.db import session
from exodrive.reconciliation.keeping import DifferenceNotFound
from exodrive.reconciliation.models import Difference, Run
from exodrive.reconciliation.states import DifferenceState

PAGE = 25


@dataclass(frozen=True, slots=True)
class Told:
    """A difference with its booking."""

    difference: Difference
    booking: Booking


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Told]
    following: str | None


def listing(
    *,
    open_ones: bool,
    cursor: str | None = None,
    booking_id: UUID | None = None,
    limit: int = PAGE,
) -> Listing:
    """Open differences, or those that are solved; the newest first. Raises CursorUnreadable."""
    solved = tuple(state for state in DifferenceState if state is not DifferenceState.OPEN)
    wanted: list[ColumnElement[bool]] = [
        Difference.state == DifferenceState.OPEN if open_ones else Difference.state.in_(solved)
    ]
    if booking_id is not None:
        wanted.append(Difference.booking_id == booking_id)
    if cursor:
        wanted.append(tuple_(Difference.found_at, Difference.id) < cursors.read(cursor))
    rows = session().execute(
        select(Difference, Booking)
        .join(Booking, Booking.id == Difference.booking_id)
        .where(*wanted)
        .options(joinedload(Booking.car), joinedload(Booking.pickup_place))
        .order_by(Difference.found_at.desc(), Difference.id.desc())
        .limit(limit + 1)
    )
    found = [Told(difference, booking) for difference, booking in rows]
    more = found[limit - 1].difference if len(found) > limit else None
    return Listing(found[:limit], cursors.written(more.found_at, more.id) if more else None)


def one(difference_id: UUID) -> Told:
    """A difference with its booking. Raises DifferenceNotFound."""
    row = (
        session()
        .execute(
            select(Difference, Booking)
            .join(Booking, Booking.id == Difference.booking_id)
            .where(Difference.id == difference_id)
            .options(joinedload(Booking.car), joinedload(Booking.pickup_place))
        )
        .first()
    )
    if row is None:
        raise DifferenceNotFound(str(difference_id))
    return Told(row[0], row[1])


def open_count() -> int:
    """How many differences nobody has solved; counted as `kernel.counting` does."""
    found = select(Difference.id).where(Difference.state == DifferenceState.OPEN)
    return session().scalar(select(counting.up_to_most(found))) or 0


@dataclass(frozen=True, slots=True)
class Past:
    """A run with how many differences it has found, and, where it was of one booking, which."""

    run: Run
    differed: int
    reference: str | None


def last_runs(*, limit: int = 8) -> list[Past]:
    """The newest runs, also one that is under way."""
    differed = select(func.count()).where(Difference.run_id == Run.id).correlate(Run).scalar_subquery()
    query = select(Run, differed, Booking.reference).outerjoin(Booking, Booking.id == Run.booking_id)
    rows = session().execute(query.order_by(Run.started_at.desc(), Run.id.desc()).limit(limit))
    return [Past(run, count, reference) for run, count, reference in rows]


def past(run: Run) -> Past:
    """A run with what it has found."""
    count = session().scalar(select(func.count()).where(Difference.run_id == run.id)) or 0
    reference = session().scalar(select(Booking.reference).where(Booking.id == run.booking_id))
    return Past(run, count, reference)
