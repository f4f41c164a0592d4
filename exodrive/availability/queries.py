"""Asking for free time: for all cars at once (search), or for one car (its calendar, other dates)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
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
    row = found.first()
    if row is None:
        return None
    return Taken(row.id, row.booking_id, OccupancyKind(row.kind), as_period(row.period))


def _of(car_id: UUID, period: Period, ignoring_booking: UUID | None) -> Select[Range[datetime]]:
    return select(Occupancy.period).where(*_conditions(car_id, period, ignoring_booking))


def _conditions(car_id: UUID, period: Period, ignoring_booking: UUID | None) -> Iterator[ColumnElement[bool]]:
    yield Occupancy.car_id == car_id
    yield Occupancy.period.overlaps(as_range(period))
    if ignoring_booking is not None:
        # Not `<>`: the workshop's rows have no booking, and NULL is not different from anything.
        yield Occupancy.booking_id.is_distinct_from(ignoring_booking)
