"""Taking, changing and giving back a car's time.

Every function that takes time first queues for that car (`queue_for`), so that two who want it come one after
the other; whether the time is free, the exclusion constraint alone decides. See `docs/locking.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import psycopg.errors
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import OperationalError

from exodrive.availability.models import Occupancy
from exodrive.availability.rules import FOREVER, OccupancyKind, Period
from exodrive.kernel import db
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound

NO_OVERLAP = "occupancies_no_overlap"
TIMEOUT = "lock_timeout"
# A winner's transaction takes milliseconds. Who has not got his turn after this long is told so, instead of
# holding a web process.
PATIENCE = timedelta(seconds=3)


class CarTaken(Conflict):
    """The car is taken for some of that time."""

    code = "car_taken"

    def __init__(self, car_id: UUID) -> None:
        super().__init__(str(car_id))
        self.car_id = car_id


class CarBusy(Conflict):
    """Others are taking or changing the car at this moment; it is not known whether the time is free."""

    code = "car_busy"

    def __init__(self, car_id: UUID) -> None:
        super().__init__(str(car_id))
        self.car_id = car_id


class PlaceLost(Conflict):
    """The booking no longer has a place."""

    code = "place_lost"

    def __init__(self, booking_id: UUID) -> None:
        super().__init__(str(booking_id))
        self.booking_id = booking_id


class OccupancyNotFound(NotFound):
    code = "occupancy_not_found"


class Taken(NamedTuple):
    """One stretch of a car's time and who has it; `booking_id` is None for the workshop."""

    id: UUID
    booking_id: UUID | None
    kind: OccupancyKind
    period: Period


def queue_for(*car_ids: UUID, patience: timedelta | None = None) -> None:
    """Wait for the turn on these cars; the turn lasts until the transaction ends. Raises CarBusy.

    Without it, two inserts that overlap can each wait for the other to end, until the database breaks the
    deadlock by failing one, a second later. The keys are sorted: whoever wants several cars cannot deadlock
    either.
    """
    milliseconds = round((patience or PATIENCE) / timedelta(milliseconds=1))
    before, _ = (
        session()
        .execute(select(func.current_setting(TIMEOUT), func.set_config(TIMEOUT, f"{milliseconds}ms", True)))
        .one()
    )
    for car_id in sorted(set(car_ids)):
        try:
            session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"car:{car_id}", 0))))
        except OperationalError as error:
            if isinstance(error.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise CarBusy(car_id) from error
            raise
    session().execute(select(func.set_config(TIMEOUT, before, True)))


def occupy(
    car_id: UUID,
    period: Period,
    *,
    kind: OccupancyKind,
    at: datetime,
    booking_id: UUID | None = None,
    note: str = "",
) -> Occupancy:
    """Take a car for a period. Raises CarTaken, CarBusy; the transaction is lost with either."""
    queue_for(car_id)
    occupancy = Occupancy(
        car_id=car_id, period=as_range(period), kind=kind, booking_id=booking_id, note=note, created_at=at
    )
    session().add(occupancy)
    db.flush({NO_OVERLAP: CarTaken(car_id)})
    return occupancy


def change(
    booking_id: UUID,
    *,
    period: Period | None = None,
    kind: OccupancyKind | None = None,
    car_id: UUID | None = None,
) -> Occupancy:
    """Move a booking's place to another period or car, or make a hold a booking.

    Raises PlaceLost where it has none, CarTaken and CarBusy; the transaction is lost with the last two.
    """
    if period is not None or car_id is not None:
        # The turn comes before the row, here as in every other function: the order that cannot deadlock.
        queue_for(*filter(None, [_car_of(booking_id), car_id]))
    place = _place_of(booking_id)
    place.car_id = car_id or place.car_id
    place.period = as_range(period) if period is not None else place.period
    place.kind = kind or place.kind
    db.flush({NO_OVERLAP: CarTaken(place.car_id)})
    return place


def place_of(booking_id: UUID) -> Taken | None:
    """A booking's own place."""
    row = session().scalar(
        select(Occupancy).where(Occupancy.booking_id == booking_id, Occupancy.change_id.is_(None))
    )
    if row is None:
        return None
    return Taken(row.id, row.booking_id, OccupancyKind(row.kind), as_period(row.period))


def keep(
    booking_id: UUID, *, change_id: UUID, car_id: UUID, periods: Iterable[Period], at: datetime
) -> list[Occupancy]:
    """Take what a change of a booking wants beyond its place, until it is decided. Raises CarTaken, CarBusy.

    On the booking's own car only what its place does not have already: its two rows must not overlap either.
    """
    queue_for(car_id)
    rows = [
        Occupancy(
            car_id=car_id,
            period=as_range(period),
            kind=OccupancyKind.HOLD,
            booking_id=booking_id,
            change_id=change_id,
            note="",
            created_at=at,
        )
        for period in periods
    ]
    session().add_all(rows)
    db.flush({NO_OVERLAP: CarTaken(car_id)})
    return rows


def let_go(change_id: UUID) -> bool:
    """Give back what was kept for a change. False where nothing was."""
    return _delete(Occupancy.change_id == change_id)


def release(booking_id: UUID) -> bool:
    """Give a booking's time back, with what a change kept. False where it had none, as the second time."""
    return _delete(Occupancy.booking_id == booking_id)


def lift(occupancy_id: UUID) -> None:
    """End a stay in the workshop or out of service. Raises OccupancyNotFound, also for a booking's place."""
    if not _delete((Occupancy.id == occupancy_id) & Occupancy.booking_id.is_(None)):
        raise OccupancyNotFound(str(occupancy_id))


def overlapping(car_id: UUID, period: Period) -> list[Taken]:
    """Who has the car during some of a period, in the order of time."""
    found = session().scalars(
        select(Occupancy)
        .where(Occupancy.car_id == car_id, Occupancy.period.overlaps(as_range(period)))
        .order_by(Occupancy.period)
    )
    return [Taken(row.id, row.booking_id, OccupancyKind(row.kind), as_period(row.period)) for row in found]


def as_range(period: Period) -> Range[datetime]:
    """A period as the database keeps it."""
    return Range(period.starts_at, None if period.ends_at == FOREVER else period.ends_at, bounds="[)")


def as_period(stored: Range[datetime]) -> Period:
    """What the database keeps, as a period; its checks make sure of a start."""
    if stored.lower is None:
        raise ValueError("an occupancy without a start")
    return Period(stored.lower, stored.upper or FOREVER)


def _car_of(booking_id: UUID) -> UUID | None:
    return session().scalar(
        select(Occupancy.car_id).where(Occupancy.booking_id == booking_id, Occupancy.change_id.is_(None))
    )


def _place_of(booking_id: UUID) -> Occupancy:
    """The booking's own place as it is now, locked until the transaction ends. Raises PlaceLost."""
    found = session().scalars(
        select(Occupancy)
        .where(Occupancy.booking_id == booking_id, Occupancy.change_id.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    place = found.one_or_none()
    if place is None:
        raise PlaceLost(booking_id)
    return place


def _delete(which: ColumnElement[bool]) -> bool:
    gone = session().scalars(delete(Occupancy).where(which).returning(Occupancy.id)).all()
    return bool(gone)
