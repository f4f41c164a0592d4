"""Cars to be taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from exodrive.availability.rules import Period
from exodrive.fleet.models import Car, Category
from exodrive.house.models import Place
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id

NOON = datetime(2027, 5, 3, 16, tzinfo=UTC)


def hours(first: float, last: float) -> Period:
    """From the first to the last hour after noon."""
    return Period(NOON + timedelta(hours=first), NOON + timedelta(hours=last))


def make(number: int) -> list[UUID]:
    """So many cars, committed; their ids."""
    with transaction():
        place = Place(
            slug="house",
            name="House",
            kind="house",
            address="",
            time_zone="America/New_York",
            jurisdiction="MD",
        )
        category = Category(slug="exotic", name="Exotic", plural="Exotics")
        session().add_all([place, category])
        session().flush()
        cars = [_car(number, place=place, category=category) for number in range(number)]
        session().add_all(cars)
    return [car.id for car in cars]


def _car(number: int, *, place: Place, category: Category) -> Car:
    return Car(
        id=new_id(),
        slug=f"car-{number}",
        make="Aurelia",
        model="GT",
        year=2026,
        category_id=category.id,
        home_place_id=place.id,
        tagline="",
        description="",
        body="gt-coupe",
        paint="6a1522",
        colour="",
        stage_name="V12",
        engine="",
        power_hp=788,
        zero_to_sixty="2.9",
        top_speed_mph=211,
        transmission="",
        drivetrain="",
        seats=2,
        tank_gallons=24,
        vin=f"VIN{number}",
        plate=f"PLATE{number}",
        odometer=0,
        features=[],
        specifications={},
        currency="USD",
        daily_price=895_00,
        created_at=NOON,
    )
