"""Many at once, each with a connection of his own: exactly one gets the car."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from exodrive.availability import occupancies
from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.availability.rules import OccupancyKind, Period
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import Conflict
from exodrive.kernel.ids import new_id
from tests.domain.availability import cars
from tests.domain.availability.cars import NOON, hours

RIVALS = 24
HERE = "current_database()"
OTHERS = f"SELECT count(*) FROM pg_stat_activity WHERE datname = {HERE} AND pid <> pg_backend_pid()"


def together(app: Flask, *deeds: Callable[[], None]) -> Counter[str]:
    """Do all at the same moment, each in its own transaction; how often each thing happened."""
    start = threading.Barrier(len(deeds))

    def one(deed: Callable[[], None]) -> str:
        with app.app_context():
            session().execute(text("SELECT 1"))  # connected before the race begins
            session().rollback()
            start.wait(timeout=60)
            try:
                with transaction():
                    deed()
            except Conflict as lost:
                return lost.code
            return "won"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return Counter(pool.map(one, deeds))


def deadlocks(app: Flask) -> int:
    """How many the database has had to break; sessions tell of theirs when they end at the latest."""
    with app.app_context():
        db.engine.dispose()
        deadline = time.monotonic() + 60
        while session().scalar(text(OTHERS)):
            assert time.monotonic() < deadline, "sessions do not end"
            session().rollback()
            time.sleep(0.02)
        broken = session().scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = " + HERE))
        db.session.remove()
    assert broken is not None
    return int(broken)


def take(car: UUID, period: Period) -> Callable[[], None]:
    def deed() -> None:
        occupancies.occupy(car, period, kind=OccupancyKind.HOLD, booking_id=new_id(), at=NOON)

    return deed


@pytest.mark.parametrize("step", [0, 0.25])  # the same dates, and dates that merely overlap
def test_exactly_one_wins(app: Flask, step: float) -> None:
    [car] = cars.make(1)
    before = deadlocks(app)

    outcome = together(app, *(take(car, hours(n * step, 20 + n * step)) for n in range(RIVALS)))

    assert outcome == {"won": 1, "car_taken": RIVALS - 1}
    assert deadlocks(app) == before, "each costs a second"


def test_neighbours_all_win(app: Flask) -> None:
    [car] = cars.make(1)

    assert together(app, *(take(car, hours(n, n + 1)) for n in range(RIVALS))) == {"won": RIVALS}


def test_two_cars_in_either_order_are_no_deadlock(app: Flask) -> None:
    one, other = cars.make(2)

    def both(first: UUID, second: UUID) -> None:
        occupancies.queue_for(first, second)
        take(first, hours(0, 1))()
        take(second, hours(0, 1))()

    outcome = together(
        app, *(lambda pair=pair: both(*pair) for pair in [(one, other), (other, one)] * (RIVALS // 2))
    )

    assert outcome == {"won": 1, "car_taken": RIVALS - 1}


def test_the_place_of_one_who_gives_up_goes_to_the_next(app: Flask) -> None:
    [car] = cars.make(1)
    taken, leave = threading.Event(), threading.Event()

    def fail() -> None:
        with app.app_context(), contextlib.suppress(ZeroDivisionError), transaction():
            take(car, hours(0, 10))()
            taken.set()
            leave.wait(60)
            raise ZeroDivisionError

    first = threading.Thread(target=fail)
    first.start()
    taken.wait(60)
    threading.Timer(0.2, leave.set).start()

    assert together(app, take(car, hours(5, 15))) == {"won": 1}
    first.join()


def test_who_waits_too_long_for_his_turn_is_told_so(app: Flask) -> None:
    [car] = cars.make(1)
    taken, leave = threading.Event(), threading.Event()

    def dawdle() -> None:
        with app.app_context(), transaction():
            occupancies.queue_for(car)
            taken.set()
            leave.wait(60)

    slow = threading.Thread(target=dawdle)
    slow.start()
    taken.wait(60)

    with pytest.raises(CarBusy) as busy, transaction():
        occupancies.queue_for(car, patience=timedelta(milliseconds=50))

    assert busy.value.car_id == car
    leave.set()
    slow.join()


def test_the_constraint_holds_even_for_those_who_do_not_queue(app: Flask) -> None:
    [car] = cars.make(1)
    insert = text(
        "INSERT INTO occupancies (id, car_id, period, kind, note, created_at) VALUES"
        " (gen_random_uuid(), :car, tstzrange(:first, :last), 'maintenance', '', :first)"
    )
    values = {"car": car, "first": hours(0, 9).starts_at, "last": hours(0, 9).ends_at}

    def bluntly() -> None:
        try:
            session().execute(insert, values)
        except Exception as error:
            raise CarTaken(car) from error

    assert together(app, *[bluntly] * 4)["won"] == 1
