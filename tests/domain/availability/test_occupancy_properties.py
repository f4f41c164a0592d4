"""Whatever is taken, moved and given back: nothing overlaps, and free is what is not busy."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exodrive.availability import occupancies, queries, rules
from exodrive.availability.occupancies import CarTaken
from exodrive.availability.rules import OccupancyKind, Period
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from tests.domain.availability import cars
from tests.domain.availability.cars import NOON, hours

PERIODS = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: hours(p[0], p[0] + p[1]))
DEEDS = st.lists(st.tuples(st.sampled_from(["take", "give back", "move"]), PERIODS, st.integers(0, 9)))
WINDOW = hours(-10, 100)


@pytest.fixture
def car(app: Flask) -> UUID:
    return cars.make(1)[0]


def attempt(deed: str, car: UUID, booking: UUID, period: Period) -> bool:
    """Do it in a savepoint; whether it was possible."""
    try:
        with session().begin_nested():
            if deed == "take":
                occupancies.occupy(car, period, kind=OccupancyKind.HOLD, booking_id=booking, at=NOON)
            else:
                occupancies.change(booking, period=period)
    except CarTaken:
        return False
    return True


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(DEEDS)
def test_the_table_agrees_with_a_plain_list(car: UUID, deeds: list[tuple[str, Period, int]]) -> None:
    expected: dict[UUID, Period] = {}
    for deed, period, which in deeds:
        chosen = list(expected)[which % len(expected)] if expected else None
        if deed == "take":
            booking = new_id()
        elif chosen is None:
            continue
        else:
            booking = chosen
        if deed == "give back":
            assert occupancies.release(booking)
            del expected[booking]
            continue
        possible = not any(period.overlaps(other) for id_, other in expected.items() if id_ != booking)
        assert queries.is_free(car, period, ignoring_booking=booking) is possible
        assert attempt(deed, car, booking, period) is possible
        if possible:
            expected[booking] = period

    taken = occupancies.overlapping(car, WINDOW)
    busy = queries.busy(car, WINDOW)
    assert [(row.booking_id, row.period) for row in taken] == sorted(
        expected.items(), key=lambda item: item[1]
    )
    assert rules.merged(busy + rules.gaps(busy, WINDOW)) == [WINDOW]
    assert all(queries.is_free(car, gap) for gap in rules.gaps(busy, WINDOW))
    session().rollback()
