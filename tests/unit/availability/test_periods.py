"""Periods as values: what a rental takes, what is left, and other dates near the wished ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.availability import rules
from exodrive.availability.rules import Period

ZONE = "America/New_York"
START = datetime(2027, 3, 1, tzinfo=UTC)
WINDOW = Period(START, START + timedelta(hours=100))


def hours(first: int, last: int) -> Period:
    """From the first to the last hour after the start."""
    return Period(START + timedelta(hours=first), START + timedelta(hours=last))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


periods = st.tuples(st.integers(-20, 120), st.integers(1, 40)).map(lambda p: hours(p[0], p[0] + p[1]))


@pytest.mark.parametrize(
    ("other", "collides"),
    [
        ((0, 10), False),
        ((20, 30), False),
        ((0, 11), True),
        ((19, 30), True),
        ((12, 15), True),
        ((0, 30), True),
    ],
)
def test_what_merely_touches_does_not_overlap(other: tuple[int, int], collides: bool) -> None:
    assert hours(10, 20).overlaps(hours(*other)) is collides
    assert hours(*other).overlaps(hours(10, 20)) is collides


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (START, START),
        (START, START - timedelta(minutes=1)),
        (datetime.fromisoformat("2027-03-01"), START),
        (START, datetime.fromisoformat("2027-03-02")),
    ],
)
def test_a_period_has_two_moments_in_order(starts: datetime, ends: datetime) -> None:
    with pytest.raises(ValueError, match="period"):
        Period(starts, ends)


def test_a_rental_takes_its_preparation_and_turnaround() -> None:
    assert rules.occupied(hours(10, 20), before_minutes=60, after_minutes=180) == hours(9, 23)
    assert rules.occupied(hours(10, 20), before_minutes=0, after_minutes=0) == hours(10, 20)


def test_what_touches_becomes_one() -> None:
    assert rules.merged([hours(5, 7), hours(1, 3), hours(3, 5), hours(9, 10)]) == [hours(1, 7), hours(9, 10)]
    assert rules.merged([hours(1, 9), hours(2, 3)]) == [hours(1, 9)]


@given(st.lists(periods))
def test_busy_and_free_make_up_the_whole_window(taken: list[Period]) -> None:
    busy = rules.merged(rules.clipped(taken, WINDOW))
    free = rules.gaps(taken, WINDOW)

    assert sum((period.length for period in busy + free), timedelta()) == WINDOW.length
    assert rules.merged(busy + free) == [WINDOW]
    assert not any(one.overlaps(other) for one in busy for other in free)
    assert not any(gap.overlaps(period) for gap in free for period in taken)


def test_the_same_rental_another_week_keeps_its_time_on_the_wall() -> None:
    friday = Period(at("2027-03-12 10:00-05:00"), at("2027-03-13 10:00-05:00"))

    # On 14 March the clocks go forward.
    assert rules.shifted(friday, 7, zone=ZONE) == Period(
        at("2027-03-19 10:00-04:00"), at("2027-03-20 10:00-04:00")
    )
    assert rules.shifted(rules.shifted(friday, 7, zone=ZONE), -7, zone=ZONE) == friday


def other_dates(busy: list[Period], *, before: int = 60, after: int = 180, days: int = 7) -> list[int]:
    """By how many days each free period is away from the wished one."""
    wished = Period(at("2027-05-10 10:00-04:00"), at("2027-05-12 10:00-04:00"))
    found = rules.nearest_free(
        wished,
        busy,
        before_minutes=before,
        after_minutes=after,
        zone=ZONE,
        not_before=at("2027-05-07 10:00-04:00"),
        days=days,
    )
    return [(other.starts_at - wished.starts_at).days for other in found]


@pytest.mark.parametrize(
    ("busy", "away"),
    [
        ([], [1, -1, 2, -2, 3, -3, 4, 5, 6, 7]),
        ([("2027-05-10 09:00-04:00", "2027-05-12 13:00-04:00")], [3, -3, 4, 5, 6, 7]),
        # What ends exactly when the preparation begins is no hindrance; a minute later is.
        ([("2027-05-01 09:00-04:00", "2027-05-13 09:00-04:00")], [3, 4, 5, 6, 7]),
        ([("2027-05-01 09:00-04:00", "2027-05-13 09:01-04:00")], [4, 5, 6, 7]),
        ([("2027-01-01 00:00-05:00", "2027-12-01 00:00-05:00")], []),
    ],
)
def test_other_dates_are_the_nearest_free_ones(busy: list[tuple[str, str]], away: list[int]) -> None:
    assert other_dates([Period(at(first), at(last)) for first, last in busy]) == away
