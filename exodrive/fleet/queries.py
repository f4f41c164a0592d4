"""Looking up cars and categories."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload

from exodrive.fleet.models import Car, Category
from exodrive.fleet.wishes import Wishes, all_of
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound


class CarNotFound(NotFound):
    """There is no such car, or the house does not show it."""

    code = "car_not_found"


def car(slug: str) -> Car:
    """A car that customers may see, by its slug. Raises CarNotFound."""
    found = (
        session()
        .scalars(select(Car).where(Car.slug == slug, Car.visible).options(joinedload(Car.category)))
        .first()
    )
    if found is None:
        raise CarNotFound(slug)
    return found


def car_by_id(car_id: UUID) -> Car:
    """Any car of the house. Raises CarNotFound."""
    found = session().scalars(select(Car).where(Car.id == car_id).options(joinedload(Car.category))).first()
    if found is None:
        raise CarNotFound(str(car_id))
    return found


def any_car(slug: str, *, lock: bool = False) -> Car:
    """Any car of the house by its slug, hidden ones too; locked to be changed. Raises CarNotFound."""
    query = select(Car).where(Car.slug == slug).options(joinedload(Car.category))
    if lock:
        query = query.with_for_update(of=Car).execution_options(populate_existing=True)
    found = session().scalars(query).first()
    if found is None:
        raise CarNotFound(slug)
    return found


def all_cars(*, after: str | None = None, limit: int) -> list[Car]:
    """Every car of the house by slug, after this one."""
    query = select(Car).options(joinedload(Car.category)).order_by(Car.slug).limit(limit)
    if after is not None:
        query = query.where(Car.slug > after)
    return list(session().scalars(query))


def categories() -> list[Category]:
    """All categories in the house's order."""
    return list(session().scalars(select(Category).order_by(Category.position, Category.name)))


def categories_with_prices() -> list[tuple[Category, int, int, Car]]:
    """Each category that has cars to show: how many, the lowest price of a day, and one car to picture it."""
    picture = (
        select(Car)
        .where(Car.visible, Car.available)
        .ext(distinct_on(Car.category_id))
        .order_by(Car.category_id, Car.featured.desc(), Car.daily_price)
        .subquery()
    )
    pictured = aliased(Car, picture)
    counts = (
        select(Car.category_id, func.count().label("cars"), func.min(Car.daily_price).label("lowest"))
        .where(Car.visible, Car.available)
        .group_by(Car.category_id)
        .subquery()
    )
    rows = session().execute(
        select(Category, counts.c.cars, counts.c.lowest, pictured)
        .join(counts, counts.c.category_id == Category.id)
        .join(pictured, pictured.category_id == Category.id)
        .order_by(Category.position)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def featured() -> Car | None:
    """The car of the home page."""
    return (
        session()
        .scalars(
            select(Car)
            .where(Car.visible, Car.available)
            .options(joinedload(Car.category))
            .order_by(Car.featured.desc(), Car.daily_price.desc(), Car.id)
            .limit(1)
        )
        .first()
    )


def currencies() -> set[str]:
    """The currencies that cars on show are priced in."""
    return set(session().scalars(select(Car.currency).where(Car.visible).distinct()))


def on_show(
    wishes: Wishes | None = None, *, after: tuple[int, UUID] | None = None, limit: int = 25
) -> list[Car]:
    """Cars that can be rented and meet the wishes, cheapest first.

    `after` is the price and id of the last car of the page before.
    """
    query = (
        select(Car)
        .where(Car.visible, Car.available, *all_of(wishes))
        .options(joinedload(Car.category))
        .order_by(Car.daily_price, Car.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Car.daily_price, Car.id) > after)
    return list(session().scalars(query))
