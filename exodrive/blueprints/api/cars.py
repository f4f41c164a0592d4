"""The fleet, for anybody."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from exodrive.blueprints.api import paging
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.car_shapes import Car, CarPage, CarWithPhotos
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.shapes import LARGEST_AMOUNT, Asked, Slug
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.fleet.wishes import Wishes
from exodrive.kernel.cursors import CursorUnreadable

TAG = "Cars"
Price = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]


class Wished(Asked):
    """Which cars; all of it together, or none."""

    category: Slug | None = None
    """The slug of a category, such as `supercar`."""
    seats: Annotated[int, Field(ge=1, le=20)] | None = None
    """So many seats or more."""
    power: Annotated[int, Field(ge=1, le=5000)] | None = None
    """So much horsepower or more."""
    transmission: Words | None = None
    """The kind of gearbox without the number of its gears, such as `dual clutch`, in any case."""
    drivetrain: Words | None = None
    """As the cars have it, such as `rear-wheel drive`, in any case."""
    price_min: Price | None = None
    """The least for a day, in minor units."""
    price_max: Price | None = None
    """The most for a day, in minor units."""

    @property
    def wishes(self) -> Wishes:
        return Wishes(**{wish.name: getattr(self, wish.name) for wish in fields(Wishes)})


class CarFilters(Wished, Paged):
    """Which cars, and which page of them."""


@operation(
    "GET",
    "/cars",
    tag=TAG,
    summary="List cars",
    answers={200: Says(CarPage, "A page of cars, cheapest first.")},
    errors=(CursorUnreadable,),
)
def list_cars(_call: Call, *, query: CarFilters) -> Answer:
    """The cars that can be rented, with their prices of a day before seasons, discounts and taxes.

    What a rental really costs, and whether a car is free, says `GET /availability`.
    """
    after = paging.place(query.cursor, int, UUID) if query.cursor else None
    found = fleet.on_show(query.wishes, after=(after[0], after[1]) if after else None, limit=query.limit + 1)
    shown, following = paging.cut(found, limit=query.limit, place_of=lambda car: (car.daily_price, car.id))
    return Answer(
        CarPage(
            items=tuple(Car.of(car) for car in shown),
            next=following,
        )
    )


@operation(
    "GET",
    "/cars/<slug>",
    tag=TAG,
    summary="Read a car",
    answers={200: Says(CarWithPhotos, "The car.")},
    errors=(CarNotFound,),
)
def read_car(_call: Call, *, slug: str) -> Answer:
    """One car, by the slug that its page has too, with all its photos."""
    return Answer(CarWithPhotos.of(fleet.car(slug)))
