"""The house's own list of its cars: hidden ones too, found by anything that is written on or of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import joinedload

from exodrive.fleet.models import Car, Category
from exodrive.fleet.photo_models import CarPhoto, PhotoState
from exodrive.kernel.db import session
from exodrive.kernel.folding import fold

MOST_WORDS = 8  # each is a condition of its own


@dataclass(frozen=True, slots=True)
class Stall:
    """A car with how many photos it has to show, and how many wait or have failed."""

    car: Car
    ready: int
    waiting: int
    failed: int


def stalls(*, text: str = "", after: str | None = None, limit: int) -> list[Stall]:
    """Cars by slug, after this one; each word of `text` must be a part of something that is known of them."""
    query = select(Car).join(Car.category).options(joinedload(Car.category)).order_by(Car.slug).limit(limit)
    for word in fold(text).split()[:MOST_WORDS]:
        query = query.where(_known_by().contains(word, autoescape=True))
    if after is not None:
        query = query.where(Car.slug > after)
    cars = list(session().scalars(query))
    counts = _counts([car.id for car in cars])
    return [
        Stall(
            car,
            ready=counts.get((car.id, PhotoState.READY), 0),
            waiting=counts.get((car.id, PhotoState.WAITING), 0),
            failed=counts.get((car.id, PhotoState.FAILED), 0),
        )
        for car in cars
    ]


def _known_by() -> ColumnElement[str]:
    """What a car is found by, folded as `kernel.folding` folds what is typed."""
    space = " "
    words = func.concat_ws(
        space,
        Car.make,
        Car.model,
        Car.year,
        Car.colour,
        Car.plate,
        func.replace(Car.plate, space, ""),
        Car.vin,
        Category.name,
    )
    apart = func.normalize(func.lower(words), literal_column("NFKD"))
    return func.regexp_replace(apart, "[\u0300-\u036f]", "", "g")


def _counts(car_ids: list[UUID]) -> dict[tuple[UUID, str], int]:
    rows = session().execute(
        select(CarPhoto.car_id, CarPhoto.state, func.count().label("photos"))
        .where(CarPhoto.car_id.in_(car_ids), CarPhoto.removed_at.is_(None))
        .group_by(CarPhoto.car_id, CarPhoto.state)
    )
    return {(row.car_id, row.state): row.photos for row in rows}
