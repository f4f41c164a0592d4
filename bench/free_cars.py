"""How long it takes to find the free cars of a period among many bookings, with and without the index for it.

    .venv/bin/python -m bench.free_cars [--bookings 100000] [--keep folder]

The index is dropped inside a transaction that is undone.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

from bench import figures, ground
from bench.pages import count
from exodrive import config
from exodrive.app import create_app
from exodrive.availability import queries as availability
from exodrive.availability.rules import Period
from exodrive.bookings.reservation import lineup, offers
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.reservation.ranking import Order
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.fleet.wishes import Wishes
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import session

INDEX = "occupancies_period_car_idx"
WARM_UP = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bookings", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="a folder for the house, to be used again")
    wanted = parser.parse_args()
    with ground.stopped_politely(), ground.prepared(kept=wanted.keep and wanted.keep.resolve()) as here:
        missing = wanted.bookings - count(here)
        if missing > 0:
            here.run("demo", "--bookings", str(missing))
        os.environ.update(here.environment)
        with create_app(config.load(here.environment)).app_context():
            session().execute(text("ANALYZE occupancies"))
            session().commit()
            title = f"{count(here):,} bookings, {session().query(Car).count()} cars"
            print(figures.table(f"{title}, with the index", measured(wanted.times)))
            session().execute(text(f"DROP INDEX {INDEX}"))
            print(figures.table("without it", measured(wanted.times)))
            session().rollback()
    return 0


def measured(times: int) -> dict[str, list[float]]:
    """Seconds for each way to ask, over days of the coming months."""
    at = clock.now()
    desk = offers.desk(house.house(), house.rulebook(at), currencies=fleet.currencies(), at=at)
    days = random.Random(7).choices(range(3, 120), k=times + WARM_UP)
    journeys = [_journey(at, day) for day in days]

    def taken(journey: Journey) -> None:
        session().execute(availability.taken_cars(_period(journey)).distinct()).all()

    def free(journey: Journey) -> None:
        session().execute(
            select(Car.id).where(Car.visible, availability.free(Car.id, _period(journey)))
        ).all()

    def line(journey: Journey) -> None:
        lineup.line_up(Wishes(), order=Order.PRICE, journey=journey, desk=desk, at=at)

    asked = {"cars taken in a period": taken, "free cars, car by car": free, "a page of the line": line}
    return {name: _seconds(ask, journeys) for name, ask in asked.items()}


def _seconds(ask: Callable[[Journey], None], journeys: list[Journey]) -> list[float]:
    taken = []
    for journey in journeys:
        began = time.perf_counter()
        ask(journey)
        taken.append(time.perf_counter() - began)
    return taken[WARM_UP:]


def _journey(at: datetime, days_ahead: int) -> Journey:
    place = house.places()[0]
    day = (at + timedelta(days=days_ahead)).astimezone(place.zone)
    day += timedelta(days=(1 - day.weekday()) % 7)  # Tuesday to Thursday
    pickup_at = day.replace(hour=10, minute=0, second=0, microsecond=0)
    return Journey(place, place, pickup_at, pickup_at + timedelta(days=2))


def _period(journey: Journey) -> Period:
    return Period(journey.pickup_at, journey.return_at)


if __name__ == "__main__":
    sys.exit(main())
