"""The fleet page's line of cars, and whoever asks for the time of many cars, go by an index on the period."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import as_range
from exodrive.availability.rules import Period
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import finding, lineup, offers
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.bookings.reservation.ranking import Order, Standing
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.fleet.wishes import Wishes
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import session
from tests.filled import FilledHouse
from tests.plans.explained import watched
from tests.plans.test_work import journey

pytestmark = pytest.mark.slow

# Its own index, and the constraint's, which leads with the car: where both are estimated alike, as for a few
# rows or after uneven growth, PostgreSQL may take either. Which one is faster, says bench/README.md.
BY_PERIOD = {"occupancies_period_car_idx", "occupancies_no_overlap"}
WISHES = [
    Wishes(),
    Wishes(category="sports"),
    Wishes(price_min=50_000, price_max=150_000),
    Wishes(seats=4),
    Wishes(transmission="dual clutch"),
    Wishes(drivetrain="all-wheel drive"),
    Wishes(power=600),
    Wishes("sports", 50_000, 200_000, 2, "dual clutch", "rear-wheel drive", 500),
]


@pytest.fixture
def desk(house: FilledHouse) -> Desk:
    at = clock.now()
    return offers.desk(houses.house(), houses.rulebook(at), currencies=fleet.currencies(), at=at)


@pytest.mark.parametrize("wishes", WISHES, ids=lambda wishes: "+".join(wishes.conditions()) or "nothing")
def test_the_line_with_each_filter(desk: Desk, wishes: Wishes) -> None:
    with watched() as watch:
        lineup.line_up(wishes, order=Order.CHOICE, journey=journey(9), desk=desk, at=clock.now())
        fleet.on_show(wishes)
    assert watch.faults == []
    assert BY_PERIOD & watch.indexes


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("days_ahead", [2, 60])
def test_the_line_in_each_order(desk: Desk, order: Order, days_ahead: int) -> None:
    with watched() as watch:
        line = lineup.line_up(
            Wishes(), order=order, journey=journey(days_ahead), desk=desk, at=clock.now(), visitor="somebody"
        )
    assert watch.faults == []
    assert BY_PERIOD & watch.indexes
    assert line.entries


def test_when_taken_cars_are_free_again(desk: Desk) -> None:
    wanted = _when_somebody_has_a_car(desk)
    with watched() as watch:
        line = lineup.line_up(Wishes(), order=Order.CHOICE, journey=wanted, desk=desk, at=clock.now())
    assert any(entry.free_from for entry in line.entries)
    assert watch.faults == []


def test_free_cars_of_a_period(desk: Desk) -> None:
    with watched() as watch:
        finding.free(journey(9), desk=desk, at=clock.now())
    assert watch.faults == []
    assert BY_PERIOD & watch.indexes


def test_two_weeks_of_all_cars(house: FilledHouse) -> None:
    """What a planner asks: who has which car, with the bookings behind it."""
    with watched() as watch:
        rows = session().execute(_planner(clock.now())).all()
    assert rows
    assert watch.faults == []
    assert BY_PERIOD & watch.indexes


def _planner(at: datetime) -> Select[str, Occupancy, str, str]:
    """The weeks by themselves first: joined at once, PostgreSQL would read all of the past in parallel."""
    weeks = Period(at, at + timedelta(days=14))
    within = select(Occupancy).where(Occupancy.period.overlaps(as_range(weeks)))
    taken = aliased(Occupancy, within.cte("taken").prefix_with("MATERIALIZED"))
    return (
        select(Car.slug, taken, Booking.reference, Booking.state)
        .join(Car, Car.id == taken.car_id)
        .outerjoin(Booking, Booking.id == taken.booking_id)
        .order_by(Car.slug, taken.period)
    )


def _when_somebody_has_a_car(desk: Desk) -> Journey:
    """The first journey of the coming weeks on which a car is taken."""
    for days_ahead in range(2, 40):
        wanted = journey(days_ahead)
        line = lineup.line_up(Wishes(), order=Order.CHOICE, journey=wanted, desk=desk, at=clock.now())
        if any(entry.standing is Standing.TAKEN for entry in line.entries):
            return wanted
    raise AssertionError("nobody has a car in the coming weeks")
