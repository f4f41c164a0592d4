"""The order of the cars on the fleet page, and a car's place in it, from which the next page goes on.

A place is what the order is by, ended by the car's id: no two cars share one, so that none is lost or shown
twice where prices are equal, and cars that come or go meanwhile shift nothing.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

from exodrive.fleet.options import Candidate

_WRITTEN = re.compile(r"([0-2])\.(-?[0-9]{1,18})\.(-?[0-9]{1,18})\.([0-9a-f]{32})")


class Order(StrEnum):
    """`CHOICE` is the house's: the featured cars, then the dearest."""

    CHOICE = "choice"
    PRICE = "price"
    PRICE_DOWN = "price-down"
    POWER = "power"
    NEWEST = "newest"


class Standing(StrEnum):
    """How a car stands to the dates asked for."""

    MINE = "mine"  # this visitor has begun a booking of it
    FREE = "free"
    TAKEN = "taken"
    TOO_SHORT = "too_short"  # it is rented out for more days only


# What somebody has begun comes first, what cannot be had then comes last.
_GROUPS = {Standing.MINE: 0, Standing.FREE: 1, Standing.TAKEN: 2, Standing.TOO_SHORT: 2}


class Place(NamedTuple):
    """Where a car stands; places compare as the list is ordered."""

    group: int
    first: int
    second: int
    car_id: UUID

    def __str__(self) -> str:
        return f"{self.group}.{self.first}.{self.second}.{self.car_id.hex}"

    @classmethod
    def read(cls, written: str) -> Self | None:
        """A place from its text; None for what is no place."""
        found = _WRITTEN.fullmatch(written)
        return cls(int(found[1]), int(found[2]), int(found[3]), UUID(found[4])) if found else None


def place(car: Candidate, standing: Standing, *, order: Order, amount: int) -> Place:
    """A car's place. `amount` is what it costs, for the dates or a day, in minor units."""
    first, second = _figures(car, order, amount)
    return Place(_GROUPS[standing], first, second, car.id)


def _figures(car: Candidate, order: Order, amount: int) -> tuple[int, int]:
    match order:
        case Order.CHOICE:
            return (int(not car.featured), -car.daily_price)
        case Order.PRICE:
            return (amount, -car.power_hp)
        case Order.PRICE_DOWN:
            return (-amount, -car.power_hp)
        case Order.POWER:
            return (-car.power_hp, amount)
        case Order.NEWEST:
            return (-car.year, amount)
