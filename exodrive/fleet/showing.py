"""Whether customers see a car, and whether it can be rented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from exodrive.fleet import queries
from exodrive.fleet.models import Car
from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused

FLAGS = ("visible", "available", "featured")
CHOSEN = "Chosen for the first page"


class CarNotOnShow(Refused):
    """Visitors do not see this car, so the first page cannot show it."""

    code = "car_not_on_show"


def change(car: Car, flags: Mapping[str, bool], *, reason: str, by: Actor, at: datetime) -> None:
    """Set these flags of a locked car; bookings that it has stay. What is so already is not written down."""
    changed = {name: value for name, value in flags.items() if name in FLAGS and getattr(car, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(car, name, value)
    session().flush()
    audit.record("car.changed", subject=("car", car.id), by=by, at=at, reason=reason, **changed)


def feature(slug: str, *, by: Actor, at: datetime) -> None:
    """Make this the one car of the first page. Raises CarNotFound, CarNotOnShow."""
    # One after the other: a car that somebody is just choosing is not found among the featured ones.
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended("featured", 0))))
    chosen = queries.any_car(slug)
    if not (chosen.visible and chosen.available):
        raise CarNotOnShow
    locked = session().scalars(
        select(Car)
        .where(Car.featured | (Car.id == chosen.id))
        .order_by(Car.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for car in locked:
        change(car, {"featured": car.id == chosen.id}, reason=CHOSEN, by=by, at=at)
