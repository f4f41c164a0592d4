"""Files for spreadsheets: nothing typed becomes a formula, no amount loses its decimals, days are whole."""

from __future__ import annotations

import csv
import io
import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.bookkeeping import cells, periods
from exodrive.bookkeeping.periods import Period, PeriodUnclear
from exodrive.kernel.money import DECIMALS, Money

ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0"])
def test_no_text_is_a_formula(typed: str) -> None:
    assert cells.text(typed).startswith("'")


@given(st.text())
def test_a_cell_stays_one_cell_whatever_was_typed(typed: str) -> None:
    made = "".join(cells.written(["a", "b"], [[cells.text(typed), "x"]]))
    assert made.startswith("\ufeffa,b\r\n")
    rows = list(csv.reader(io.StringIO(made.removeprefix("\ufeff"), newline="")))
    assert rows[1] == [cells.text(typed), "x"]
    assert not rows[1][0].startswith(cells.FORMULA)


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(DECIMALS)))
def test_amounts_have_the_decimals_of_their_currency(minor: int, currency: str) -> None:
    major, whole = cells.both(Money(minor, currency))
    assert whole == minor
    assert Money.from_text(major, currency).amount == minor
    assert len(major.partition(".")[2]) == DECIMALS[currency]


def test_a_long_file_is_sent_in_pieces() -> None:
    pieces = list(cells.written(["n"], ([n] for n in range(50_000))))
    assert len(pieces) > 3
    assert "".join(pieces).splitlines()[-1] == "49999"


def test_a_month_is_the_days_of_the_house() -> None:
    month = periods.of_month("2026-11", zone=ZONE)
    assert (month.first, month.last, month.name) == (date(2026, 11, 1), date(2026, 11, 30), "2026-11")
    assert month.start.astimezone(UTC) == datetime(2026, 11, 1, 4, tzinfo=UTC), "summer time still"
    assert month.end.astimezone(UTC) == datetime(2026, 12, 1, 5, tzinfo=UTC)


def test_months_follow_each_other_without_gap_or_overlap() -> None:
    months = [periods.of_month(f"2026-{n:02d}", zone=ZONE) for n in range(1, 13)]
    assert all(one.end == other.start for one, other in itertools.pairwise(months))
    assert periods.months_until(date(2026, 2, 3), count=4) == ["2026-02", "2026-01", "2025-12", "2025-11"]


def test_other_days_are_named_by_both() -> None:
    assert periods.of_days("2026-10-03", "2026-10-09", zone=ZONE).name == "2026-10-03_2026-10-09"


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-13", "2026-00", "0000-01", "9999-12", "٢٠٢٦-٠١", "2026-1"]
)
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(PeriodUnclear):
        periods.of_month(month, zone=ZONE)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-09", "2026-10-03"), ("", "2026-10-03"), ("x", "y"), ("1000-01-01", "2026-01-01"),
     ("2026-01-01", "9999-12-31"), ("2001-01-01", "2026-01-01")],
)  # fmt: skip
def test_what_are_no_days_is_refused(first: str, last: str) -> None:
    with pytest.raises(PeriodUnclear):
        periods.of_days(first, last, zone=ZONE)


def test_one_day_is_a_period() -> None:
    day = Period(date(2026, 10, 3), date(2026, 10, 3), ZONE)
    assert day.end - day.start == timedelta(days=1)
