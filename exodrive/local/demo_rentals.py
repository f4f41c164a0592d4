"""A few past rentals for a house on its first day, so that some of its cars have been somewhere."""

from __future__ import annotations

from random import Random

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from exodrive.bookings.models import Booking
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.local import demo_bookings
from exodrive.local.bulk import scene, slots
from exodrive.local.bulk.slots import Slot

SEED = 1927
# Not all cars: those that nobody has had yet are the ones to be filled with bookings by the hundred.
CARS = (
    "aurelia-gt",
    "bramante-s",
    "corsara-v10",
    "harrowgate-eight",
    "linnet-38",
    "noctua-r",
    "solenne-spider",
)
DAYS_AGO = ((24, 21), (53, 50), (96, 92))  # pick-up and return; each next car two days earlier
SHIFT = 2


def add() -> None:
    """Three rentals of each of those cars, all of them over. Needs an app context. Raises NotASandbox."""
    with transaction():
        query = select(Car).where(Car.slug.in_(CARS)).options(joinedload(Car.category)).order_by(Car.slug)
        cars = list(session().scalars(query))
        play = scene.load(
            cars,
            existing=session().scalar(select(func.count(Booking.id))) or 0,
            key=current_app.config["SETTINGS"].secret_key,
            now=clock.now(),
            chance=Random(SEED),  # noqa: S311  the same rentals in every house
        )
    today, closed = play.today.weekday(), scene.closed_weekdays(play.desk.house.hours)
    planned = sorted(
        Slot(
            slots.open_day(-back - SHIFT * number, today, closed),
            slots.open_day(-out - SHIFT * number, today, closed),
            number,
            kept=True,
        )
        for number in range(len(cars))
        for out, back in DAYS_AGO
    )
    demo_bookings.add_planned(play, planned)
