"""What somebody wants of a car, as conditions of a query: one truth for the fleet page and for the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from exodrive.fleet.models import Car, Category

# Nobody chooses a car by how many gears it has: what stands before the kind of gearbox is left out.
GEARS = r"^\s*\d+[- ]speed\s+"
GEARBOX: ColumnElement[str] = func.regexp_replace(Car.transmission, GEARS, "", "i")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which cars somebody wants to see. None asks for nothing, and so does an empty text.

    Prices are minor units of a day, both ends inside. Seats and power ask for so many or more. Gearbox
    (`dual clutch`) and drivetrain are words as the cars have them, in any case.
    """

    category: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    seats: int | None = None
    transmission: str | None = None
    drivetrain: str | None = None
    power: int | None = None

    def conditions(self) -> dict[str, ColumnElement[bool]]:
        """The condition of each wish, by its name."""
        given = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: _CONDITIONS[name](value) for name, value in given.items() if value not in (None, "")}


def all_of(wishes: Wishes | None) -> list[ColumnElement[bool]]:
    """For `where`: what a car must be to meet every wish."""
    return list(wishes.conditions().values()) if wishes else []


_CONDITIONS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "category": lambda slug: (
        Car.category_id == select(Category.id).where(Category.slug == slug.lower()).scalar_subquery()
    ),
    "price_min": lambda amount: Car.daily_price >= amount,
    "price_max": lambda amount: Car.daily_price <= amount,
    "seats": lambda seats: Car.seats >= seats,
    "transmission": lambda words: func.lower(GEARBOX) == words.lower(),
    "drivetrain": lambda words: func.lower(Car.drivetrain) == words.lower(),
    "power": lambda power: Car.power_hp >= power,
}
