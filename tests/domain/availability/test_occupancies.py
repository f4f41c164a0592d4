"""Taking, changing and giving back time, against a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from exodrive.availability import occupancies
from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import CarTaken, OccupancyNotFound, PlaceLost
from exodrive.availability.rules import FOREVER, OccupancyKind, Period
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from tests.domain.availability import cars
from tests.domain.availability.cars import NOON, hours

HOLD, WORKSHOP = OccupancyKind.HOLD, OccupancyKind.MAINTENANCE


@pytest.fixture
def car(app: Flask) -> UUID:
    return cars.make(1)[0]


def take(car: UUID, period: Period, booking: UUID | None = None) -> UUID:
    booking = booking or new_id()
    with transaction():
        occupancies.occupy(car, period, kind=HOLD, booking_id=booking, at=NOON)
    return booking


def count() -> int:
    return session().scalar(select(func.count()).select_from(Occupancy)) or 0


@pytest.mark.parametrize(
    ("first", "last"), [(10, 20), (9, 11), (19, 21), (12, 13), (5, 30), (19.999, 40), (5, 10.001)]
)
def test_overlapping_time_is_refused(car: UUID, first: float, last: float) -> None:
    take(car, hours(10, 20))

    with pytest.raises(CarTaken) as taken:
        take(car, hours(first, last))

    assert taken.value.car_id == car
    assert taken.value.status == 409
    assert count() == 1


@pytest.mark.parametrize(("first", "last"), [(0, 10), (20, 30)])
def test_adjacent_periods_never_collide(car: UUID, first: int, last: int) -> None:
    take(car, hours(10, 20))
    take(car, hours(first, last))

    assert count() == 2


def test_another_car_is_another_matter(app: Flask) -> None:
    one, other = cars.make(2)
    take(one, hours(10, 20))
    take(other, hours(10, 20))

    assert count() == 2


def test_the_time_given_back_is_free_at_once_in_the_same_transaction(car: UUID) -> None:
    earlier = take(car, hours(10, 20))

    with transaction():
        assert occupancies.release(earlier)
        occupancies.occupy(car, hours(15, 25), kind=HOLD, booking_id=new_id(), at=NOON)

    assert count() == 1


def test_giving_back_twice_is_normal(car: UUID) -> None:
    booking = take(car, hours(10, 20))

    with transaction():
        assert occupancies.release(booking) is True
    with transaction():
        assert occupancies.release(booking) is False


def test_a_hold_becomes_a_booking_and_moves(app: Flask) -> None:
    one, other = cars.make(2)
    booking = take(one, hours(10, 20))

    with transaction():
        occupancies.change(booking, kind=OccupancyKind.BOOKING)
    with transaction():
        place = occupancies.change(booking, period=hours(12, 22), car_id=other)

    session().expire_all()
    assert (place.car_id, place.kind, occupancies.as_period(place.period)) == (
        other,
        "booking",
        hours(12, 22),
    )


def test_a_change_cannot_push_somebody_out(car: UUID) -> None:
    booking = take(car, hours(10, 20))
    take(car, hours(20, 30))

    with pytest.raises(CarTaken), transaction():
        occupancies.change(booking, period=hours(10, 21))

    [first, _] = occupancies.overlapping(car, hours(0, 100))
    assert (first.booking_id, first.period) == (booking, hours(10, 20))


def test_a_place_that_is_gone_cannot_change(car: UUID) -> None:
    with pytest.raises(PlaceLost), transaction():
        occupancies.change(new_id(), period=hours(1, 2))


def test_who_has_the_car_in_the_order_of_time(car: UUID) -> None:
    later, sooner = take(car, hours(20, 30)), take(car, hours(10, 20))
    with transaction():
        shop = occupancies.occupy(car, hours(0, 5), kind=WORKSHOP, note="tyres", at=NOON)

    taken = occupancies.overlapping(car, hours(4, 21))

    assert [(row.booking_id, row.kind, row.period) for row in taken] == [
        (None, WORKSHOP, hours(0, 5)),
        (sooner, HOLD, hours(10, 20)),
        (later, HOLD, hours(20, 30)),
    ]
    assert taken[0].id == shop.id
    assert occupancies.overlapping(car, hours(5, 10)) == []


def test_out_of_service_until_further_notice(car: UUID) -> None:
    with transaction():
        stay = occupancies.occupy(
            car, Period(NOON, FOREVER), kind=OccupancyKind.OUT_OF_SERVICE, note="flood", at=NOON
        )

    with pytest.raises(CarTaken):
        take(car, Period(datetime(2050, 1, 1, tzinfo=UTC), datetime(2050, 1, 2, tzinfo=UTC)))
    assert occupancies.overlapping(car, hours(5, 6))[0].period.ends_at == FOREVER

    with transaction():
        occupancies.lift(stay.id)
    assert count() == 0


def test_the_workshop_cannot_lift_a_booking(car: UUID) -> None:
    take(car, hours(10, 20))
    [place] = occupancies.overlapping(car, hours(10, 20))

    with pytest.raises(OccupancyNotFound), transaction():
        occupancies.lift(place.id)


@pytest.mark.parametrize(
    ("period", "kind", "constraint"),
    [
        ("empty", "maintenance", "occupancies_half_open_check"),
        ("[2027-05-03 12:00Z, 2027-05-03 13:00Z]", "maintenance", "occupancies_half_open_check"),
        ("(2027-05-03 12:00Z, 2027-05-03 13:00Z)", "maintenance", "occupancies_half_open_check"),
        ("(, 2027-05-03 13:00Z)", "maintenance", "occupancies_half_open_check"),
        ("[2027-05-03 12:00Z, 2027-05-03 13:00Z)", "lunch", "occupancies_kind_check"),
        ("[2027-05-03 12:00Z, 2027-05-03 13:00Z)", "hold", "occupancies_booking_check"),
    ],
)
def test_the_table_itself_keeps_its_rules(car: UUID, period: str, kind: str, constraint: str) -> None:
    insert = text(
        "INSERT INTO occupancies (id, car_id, period, kind, note, created_at)"
        " VALUES (gen_random_uuid(), :car, :period, :kind, '', :at)"
    )

    with pytest.raises(IntegrityError, match=constraint), transaction():
        session().execute(insert, {"car": car, "period": period, "kind": kind, "at": NOON})


def test_one_booking_has_one_place(app: Flask) -> None:
    one, other = cars.make(2)
    booking = take(one, hours(10, 20))

    with pytest.raises(IntegrityError, match="occupancies_booking_id_key"):
        take(other, hours(10, 20), booking)


def test_the_turn_leaves_the_lock_timeout_as_it_was(car: UUID) -> None:
    with transaction():
        session().execute(text("SET LOCAL lock_timeout = '7s'"))
        occupancies.queue_for(car, patience=timedelta(milliseconds=50))

        assert session().scalar(text("SHOW lock_timeout")) == "7s"
