"""Asking for free time: for all cars at once (search), or for one car (its calendar, other dates)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, Uuid, column, exists, select, values
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import InstrumentedAttribute

from exodrive.availability import rules
from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import Taken, as_period, as_range
from exodrive.availability.rules import DAY, OccupancyKind, Period
from exodrive.kernel.db import session


def taken_cars(period: Period) -> Select[UUID]:
    """The ids of the cars that are taken during some of a period, for use inside another query."""
    return select(Occupancy.car_id).where(Occupancy.period.overlaps(as_range(period)))


def free(car_id: InstrumentedAttribute[UUID], period: Period) -> ColumnElement[bool]:
    """The condition that the car of a query is free: `select(Car).where(free(Car.id, period))`."""
    return ~exists().where(Occupancy.car_id == car_id, Occupancy.period.overlaps(as_range(period)))


def is_free(car_id: UUID, period: Period, *, ignoring_booking: UUID | None = None) -> bool:
    """Whether nobody has the car during the period; a booking may ignore its own place.

    Good for showing, not for taking: only `occupancies.occupy` knows.
    """
    return not session().scalar(select(_of(car_id, period, ignoring_booking).exists()))


def busy(car_id: UUID, period: Period, *, ignoring_booking: UUID | None = None) -> list[Period]:
    """When the car is taken within a period, in order; what touches is one."""
    found = session().scalars(_of(car_id, period, ignoring_booking))
    return rules.merged(rules.clipped((as_period(stored) for stored in found), period))


def free_from(car_ids: Sequence[UUID], period: Period, *, until: datetime) -> dict[UUID, datetime]:
    """From when each of these cars is free again for as long as `period`, where that is before `until`."""
    window = Period(period.starts_at, until + period.length)
    taken: dict[UUID, list[Period]] = {car_id: [] for car_id in car_ids}
    # By way of the cars, so that each one's own time is read from the index that leads with the car.
    rows = session().execute(
        select(Occupancy.car_id, Occupancy.period)
        .join(wanted := _listed(car_ids), wanted.c.id == Occupancy.car_id)
        .where(Occupancy.period.overlaps(as_range(window)))
    )
    for car_id, stored in rows:
        taken[car_id].append(as_period(stored))
    again: dict[UUID, datetime] = {}
    for car_id, periods in taken.items():
        fitting = (gap for gap in rules.gaps(periods, window) if gap.length >= period.length)
        if (gap := next(fitting, None)) is not None and gap.starts_at <= until:
            again[car_id] = gap.starts_at
    return again


def free_starts(
    car_id: UUID,
    promised: Period,
    *,
    before_minutes: int,
    after_minutes: int,
    zone: str,
    not_before: datetime,
    days: int = 30,
    limit: int = 3,
) -> list[Period]:
    """The free periods of the same length nearest to the wished one, at the same times of the day.

    `promised` is the wish without preparation and turnaround, and so is what comes back.
    """
    margin = timedelta(minutes=max(before_minutes, after_minutes)) + (days + 1) * DAY
    around = Period(promised.starts_at - margin, promised.ends_at + margin)
    others = rules.nearest_free(
        promised,
        busy(car_id, around),
        before_minutes=before_minutes,
        after_minutes=after_minutes,
        zone=zone,
        not_before=not_before,
        days=days,
    )
    return list(islice(others, limit))


def next_taken(car_id: UUID, *, after: datetime, ignoring_booking: UUID | None = None) -> Taken | None:
    """What comes next for the car: how long a late rental may reach without touching it."""
    found = session().scalars(
        select(Occupancy)
        .where(*_conditions(car_id, Period(after, rules.FOREVER), ignoring_booking))
        .order_by(Occupancy.period)
        .limit(1)
    )
    return _taken(found.first())


def last_taken(car_id: UUID, *, before: datetime, ignoring_booking: UUID | None = None) -> Taken | None:
    """What the car was taken for last, before a moment."""
    past = Period(datetime.min.replace(tzinfo=UTC), before)
    found = session().scalars(
        select(Occupancy)
        .where(*_conditions(car_id, past, ignoring_booking))
        .order_by(Occupancy.period.desc())
        .limit(1)
    )
    return _taken(found.first())


def _taken(row: Occupancy | None) -> Taken | None:
    if row is None:
        return None
    return Taken(row.id, row.booking_id, OccupancyKind(row.kind), as_period(row.period))


def ahead(car_id: UUID, *, at: datetime, limit: int = 100) -> list[Taken]:
    """What the car is taken for from now on, in order."""
    found = session().scalars(
        select(Occupancy)
        .where(*_conditions(car_id, Period(at, rules.FOREVER), None))
        .order_by(Occupancy.period)
        .limit(limit)
    )
    return [Taken(row.id, row.booking_id, OccupancyKind(row.kind), as_period(row.period)) for row in found]


def _listed(car_ids: Sequence[UUID]) -> FromClause:
    return values(column("id", Uuid), name="wanted").data([(car_id,) for car_id in car_ids])


def _of(car_id: UUID, period: Period, ignoring_booking: UUID | None) -> Select[Range[datetime]]:
    return select(Occupancy.period).where(*_conditions(car_id, period, ignoring_booking))


def _conditions(car_id: UUID, period: Period, ignoring_booking: UUID | None) -> Iterator[ColumnElement[bool]]:
    yield Occupancy.car_id == car_id
    yield Occupancy.period.overlaps(as_range(period))
    if ignoring_booking is not None:
        # Not `<>`: the workshop's rows have no booking, and NULL is not different from anything.
        yield Occupancy.booking_id.is_distinct_from(ignoring_booking)
