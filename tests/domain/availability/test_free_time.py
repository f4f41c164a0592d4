"""Asking for free time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.availability import occupancies, queries
from exodrive.availability.rules import FOREVER, OccupancyKind, Period
from exodrive.fleet.models import Car
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from tests.domain.availability import cars
from tests.domain.availability.cars import NOON, hours


@pytest.fixture
def car(app: Flask) -> UUID:
    return cars.make(1)[0]


def take(car: UUID, *periods: Period) -> list[UUID]:
    bookings = [new_id() for _ in periods]
    with transaction():
        for booking, period in zip(bookings, periods, strict=True):
            occupancies.occupy(car, period, kind=OccupancyKind.BOOKING, booking_id=booking, at=NOON)
    return bookings


def test_search_leaves_out_the_cars_that_are_taken(app: Flask) -> None:
    free, taken, shop, touching = cars.make(4)
    take(taken, hours(12, 14))
    take(touching, hours(0, 10), hours(20, 30))
    with transaction():
        occupancies.occupy(shop, Period(NOON, FOREVER), kind=OccupancyKind.OUT_OF_SERVICE, at=NOON)

    found = session().scalars(select(Car.id).where(queries.free(Car.id, hours(10, 20))).order_by(Car.id))
    others = session().scalars(select(Car.id).where(Car.id.in_(queries.taken_cars(hours(10, 20)))))

    assert found.all() == [free, touching]
    assert set(others) == {taken, shop}


def test_a_booking_may_ignore_its_own_place(car: UUID) -> None:
    [own, _] = take(car, hours(10, 20), hours(20, 30))

    assert not queries.is_free(car, hours(12, 18))
    assert queries.is_free(car, hours(5, 20), ignoring_booking=own)
    assert not queries.is_free(car, hours(5, 21), ignoring_booking=own)
    assert queries.is_free(car, hours(30, 40))


def test_the_workshop_is_not_ignored_with_a_booking(car: UUID) -> None:
    with transaction():
        occupancies.occupy(car, hours(10, 20), kind=OccupancyKind.MAINTENANCE, at=NOON)

    assert not queries.is_free(car, hours(12, 13), ignoring_booking=new_id())


def test_busy_time_is_merged_and_clipped(car: UUID) -> None:
    [first, *_] = take(car, hours(0, 10), hours(10, 20), hours(30, 40), hours(60, 70))

    assert queries.busy(car, hours(5, 35)) == [hours(5, 20), hours(30, 35)]
    assert queries.busy(car, hours(5, 35), ignoring_booking=first) == [hours(10, 20), hours(30, 35)]
    assert queries.busy(car, hours(20, 30)) == []


def test_other_dates_are_the_nearest_that_are_really_free(car: UUID) -> None:
    wished = hours(0, 48)
    take(car, hours(-1, 51), hours(96, 120))

    found = queries.free_starts(
        car,
        wished,
        before_minutes=60,
        after_minutes=180,
        zone="America/New_York",
        not_before=NOON - timedelta(days=4),
        limit=3,
    )

    assert [(other.starts_at - NOON).days for other in found] == [-3, -4, 6]
    for other in found:
        take(car, Period(other.starts_at - timedelta(hours=1), other.ends_at + timedelta(hours=3)))
        break


def test_no_other_dates_for_a_car_that_is_gone(car: UUID) -> None:
    with transaction():
        occupancies.occupy(car, Period(NOON, FOREVER), kind=OccupancyKind.OUT_OF_SERVICE, at=NOON)

    assert (
        queries.free_starts(
            car, hours(0, 48), before_minutes=0, after_minutes=0, zone="America/New_York", not_before=NOON
        )
        == []
    )


def test_what_comes_next_for_a_late_car(car: UUID) -> None:
    late, following = take(car, hours(0, 10), hours(15, 20))

    taken = queries.next_taken(car, after=NOON + timedelta(hours=9), ignoring_booking=late)

    assert taken is not None
    assert (taken.booking_id, taken.period.starts_at) == (following, NOON + timedelta(hours=15))
    assert queries.next_taken(car, after=NOON + timedelta(hours=20)) is None
