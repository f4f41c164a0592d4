"""Rental days and local times, beside the tables of docs/pricing.md."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.pricing import days
from exodrive.pricing.days import DayCount, RentalTooLong, Resolved, ReturnBeforePickup, resolve_local
from tests.unit.pricing.examples import ZONE, local

TIMES = st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-01-01"))


def count(out: datetime, back: datetime, method: DayCount = DayCount.CLOCK, grace: int = 29) -> int:
    return days.rental_days(out, back, zone=ZONE, method=method, grace_minutes=grace)


@pytest.mark.parametrize(
    ("typed", "zone", "moment", "adjusted"),
    [
        ("2026-12-11 10:00", "America/New_York", "2026-12-11 15:00", None),
        ("2027-03-14 01:59", "America/New_York", "2027-03-14 06:59", None),
        ("2027-03-14 02:00", "America/New_York", "2027-03-14 07:00", "gap"),
        ("2027-03-14 02:30", "America/New_York", "2027-03-14 07:30", "gap"),
        ("2027-03-14 03:00", "America/New_York", "2027-03-14 07:00", None),
        ("2027-11-07 00:59", "America/New_York", "2027-11-07 04:59", None),
        ("2027-11-07 01:00", "America/New_York", "2027-11-07 05:00", "fold"),
        ("2027-11-07 01:30", "America/New_York", "2027-11-07 05:30", "fold"),
        ("2027-11-07 02:00", "America/New_York", "2027-11-07 07:00", None),
        ("2027-04-04 01:45", "Australia/Lord_Howe", "2027-04-03 14:45", "fold"),  # half an hour's change
        ("2027-10-03 02:15", "Australia/Lord_Howe", "2027-10-02 15:45", "gap"),
        ("2027-06-01 12:00", "Asia/Tokyo", "2027-06-01 03:00", None),
    ],
)
def test_a_local_time_is_resolved_and_says_so(
    typed: str, zone: str, moment: str, adjusted: str | None
) -> None:
    resolved = resolve_local(datetime.fromisoformat(typed), zone)

    assert resolved == Resolved(datetime.fromisoformat(moment).replace(tzinfo=UTC), adjusted)  # type: ignore[arg-type]


def test_what_has_an_offset_is_no_local_time() -> None:
    with pytest.raises(ValueError, match="no offset"):
        resolve_local(datetime(2027, 1, 1, tzinfo=UTC), ZONE)


def test_what_has_no_offset_is_no_moment() -> None:
    with pytest.raises(ValueError, match="needs an offset"):
        days.wall_clock(datetime.fromisoformat("2027-01-01"), ZONE)


@pytest.mark.parametrize(
    ("back", "grace", "counted"),
    [
        ("2026-12-12 10:00:00", 29, 1),
        ("2026-12-12 10:29:59", 29, 1),
        ("2026-12-12 10:30:00", 29, 2),
        ("2026-12-12 10:00:59", 0, 1),
        ("2026-12-12 10:01:00", 0, 2),
        ("2026-12-12 11:00:00", 60, 1),
        ("2026-12-12 11:01:00", 60, 2),
        ("2026-12-11 10:10:00", 29, 1),
    ],
)
def test_the_grace_ends_with_its_last_minute(back: str, grace: int, counted: int) -> None:
    assert count(local("2026-12-11 10:00"), local(back), grace=grace) == counted


def test_a_return_within_the_repeated_hour_is_one_day() -> None:
    out = local("2027-11-07 01:30")
    back = out + timedelta(minutes=45)  # the clock shows 01:15

    assert count(out, back) == 1
    assert count(out, back, DayCount.NIGHTS) == 1


@pytest.mark.parametrize("back", ["2026-12-11 10:00", "2026-12-11 09:59"])
def test_a_car_cannot_come_back_before_it_leaves(back: str) -> None:
    with pytest.raises(ReturnBeforePickup):
        count(local("2026-12-11 10:00"), local(back))


def test_a_mistyped_year_is_refused_at_once() -> None:
    with pytest.raises(RentalTooLong):
        count(local("2026-12-11 10:00"), local("9026-12-11 10:00"))


def test_each_rental_day_belongs_to_the_date_on_which_it_starts() -> None:
    # Eleven at night in Rockville is already the next date in UTC.
    assert days.rental_dates(local("2026-12-11 23:00"), zone=ZONE, days=2) == [
        date(2026, 12, 11),
        date(2026, 12, 12),
    ]


@given(out=TIMES, whole=st.integers(1, 60))
def test_whole_days_at_the_same_time_are_that_many_days(out: datetime, whole: int) -> None:
    first, last = resolve_local(out, ZONE), resolve_local(out + timedelta(days=whole), ZONE)

    # A time that the clock jumps over is moved by an hour, and so is no longer the same time.
    assert first.adjusted or last.adjusted or count(first.at, last.at, grace=0) == whole


@given(out=TIMES, hours=st.integers(1, 2000), longer=st.integers(0, 500), method=st.sampled_from(DayCount))
def test_a_longer_rental_never_counts_fewer_days(
    out: datetime, hours: int, longer: int, method: DayCount
) -> None:
    start = resolve_local(out, ZONE).at
    back = start + timedelta(hours=hours)
    later = back + timedelta(hours=longer)

    # In the repeated hour the clock goes back, and a later return may show an earlier time.
    if days.wall_clock(later, ZONE) >= days.wall_clock(back, ZONE):
        assert 1 <= count(start, back, method) <= count(start, later, method)
