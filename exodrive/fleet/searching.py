"""Finding a car by what people say of it: make, model, colour, plate or VIN, in any order."""

from __future__ import annotations

from sqlalchemy import select

from exodrive.fleet.models import Car
from exodrive.kernel.db import session
from exodrive.kernel.folding import fold

MOST = 2_000  # cars that are looked through; a fleet is read faster than it is indexed


def cars(text: str, *, limit: int) -> list[Car]:
    """The cars of the house, hidden ones too, of which every word is a part of something; by name."""
    words = fold(text).split()
    everything = session().scalars(select(Car).order_by(Car.make, Car.model, Car.plate).limit(MOST))
    return [car for car in everything if all(word in _known_by(car) for word in words)][:limit]


def _known_by(car: Car) -> str:
    plate = car.plate.replace(" ", "")
    return fold(f"{car.make} {car.model} {car.year} {car.colour} {car.vin} {car.plate} {plate}")
