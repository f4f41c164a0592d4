"""At volume, search and calendar read the index and not the table."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ClauseElement, Executable, Select, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from exodrive.availability import queries
from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import as_range
from exodrive.availability.rules import Period
from exodrive.fleet.models import Car
from exodrive.kernel.db import db, session, transaction
from tests.domain.availability import cars
from tests.domain.availability.cars import NOON

CARS, PLACES = 200, 250  # 50,000 rows: each car taken two days of three, for two years


@pytest.fixture
def busy_house(app: Flask) -> None:
    cars.make(CARS)
    fill = text(
        "INSERT INTO occupancies (id, car_id, period, kind, note, created_at)"
        " SELECT gen_random_uuid(), cars.id, tstzrange(start, start + interval '2 days'),"
        " 'maintenance', '', :at"
        " FROM cars, generate_series(0, :places - 1) AS place,"
        " LATERAL (SELECT :at + (place * 3 + random()) * interval '1 day' AS start) AS one"
    )
    with transaction():
        session().execute(fill, {"places": PLACES, "at": NOON})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE occupancies, cars"))


class Explained(Executable, ClauseElement):
    """A query, explained by PostgreSQL after running it with its real parameters."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explained)
def _explain(element: Explained, compiler: SQLCompiler, **_: Any) -> str:
    return "EXPLAIN (ANALYZE, FORMAT JSON) " + compiler.process(element.query)


def plan(query: Select[Any]) -> list[dict[str, Any]]:
    """Each step of the query's plan."""
    [explained] = session().execute(Explained(query)).scalar_one()
    steps: list[dict[str, Any]] = []
    open_steps = [explained["Plan"]]
    while open_steps:
        step = open_steps.pop()
        steps.append(step)
        open_steps += step.get("Plans", [])
    return steps


def used(steps: list[dict[str, Any]]) -> set[str]:
    return {step["Index Name"] for step in steps if "Index Name" in step}


def test_search_uses_the_index_on_the_period(busy_house: None) -> None:
    start = NOON + timedelta(days=300)
    wanted = Period(start, start + timedelta(days=1))

    steps = plan(select(Car.id).where(queries.free(Car.id, wanted)))

    assert "occupancies_period_car_idx" in used(steps), json.dumps(steps, indent=1)
    assert not [
        step for step in steps if step["Node Type"] == "Seq Scan" and step["Relation Name"] == "occupancies"
    ]


def test_a_calendar_uses_the_index_on_the_car(busy_house: None) -> None:
    car = session().scalars(select(Car.id).limit(1)).one()
    month = Period(NOON + timedelta(days=300), NOON + timedelta(days=330))

    steps = plan(
        select(Occupancy.note).where(Occupancy.car_id == car, Occupancy.period.overlaps(as_range(month)))
    )

    assert used(steps) <= {"occupancies_no_overlap", "occupancies_period_car_idx"}
    assert used(steps), json.dumps(steps, indent=1)
