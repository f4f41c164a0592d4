"""The cars that carry the bookings: the house's own, and as many more as it takes, hidden from customers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from exodrive.availability.models import Occupancy
from exodrive.fleet.models import Car
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id

MARK = "demo-stock-"  # how their slugs begin


def unused_cars() -> list[Car]:
    """The cars on show that nobody has had yet: filling them can get in nobody's way."""
    had = select(Occupancy.id).where(Occupancy.car_id == Car.id).exists()
    return list(
        session().scalars(
            select(Car)
            .where(Car.visible, Car.available, ~had)
            .options(joinedload(Car.category))
            .order_by(Car.id)
        )
    )


def add_cars(count: int, *, at: datetime) -> list[Car]:
    """More of the same cars, neither shown nor to be had; the desk tells them by name and plate."""
    patterns = session().scalars(
        select(Car).where(Car.slug.not_like(f"{MARK}%")).options(joinedload(Car.category)).order_by(Car.id)
    )
    models = list(patterns)
    before = session().scalar(select(func.count()).where(Car.slug.like(f"{MARK}%"))) or 0
    cars = [_copy(models[number % len(models)], number=before + number + 1, at=at) for number in range(count)]
    session().add_all(cars)
    session().flush()
    return cars


def _copy(model: Car, *, number: int, at: datetime) -> Car:
    columns = {name: getattr(model, name) for name in Car.__table__.columns.keys()}  # noqa: SIM118
    columns |= {
        "id": new_id(),
        "slug": f"{MARK}{number:05d}",
        "model": f"{model.model} (demo stock {number})",
        "vin": f"DEMO{number:013d}",
        "plate": f"DEMO {number:05d}",
        "visible": False,
        "available": False,
        "featured": False,
        "created_at": at,
    }
    return Car(**columns, category=model.category)
