"""Amounts, dates, times and price lines in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from exodrive.kernel.money import Money
from exodrive.pricing.price import Line, LineKind
from exodrive.rendering import formats, price_words

NEW_YORK = "America/New_York"
PICKUP = datetime(2026, 12, 11, 15, 0, tzinfo=UTC)  # 10:00 in New York


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (337936, "USD", "$3,379.36"),
        (-14768, "USD", "−$147.68"),
        (0, "USD", "$0.00"),
        (150000, "JPY", "¥150,000"),
        (12500, "HUF", "HUF12,500"),
    ],
)
def test_money(minor: int, currency: str, words: str) -> None:
    assert formats.money(Money(minor, currency)) == words


def test_money_in_the_readers_language() -> None:
    with force_locale("de"):
        assert formats.money(Money(337936, "USD")) == "3.379,36\N{NO-BREAK SPACE}$"
        assert formats.money_round(Money(89500, "EUR")) == "895\N{NO-BREAK SPACE}€"


def test_round_money_leaves_out_cents_only_where_there_are_none() -> None:
    assert formats.money_round(Money(89500, "USD")) == "$895"
    assert formats.money_round(Money(89550, "USD")) == "$895.50"


@pytest.mark.parametrize(
    ("share", "of", "words"),
    [
        (1150, 10_000, "11.5 %"),
        (15, 100, "15 %"),
        (115_000, 1_000_000, "11.5 %"),
        (60_250, 1_000_000, "6.025 %"),
    ],
)
def test_percent(share: int, of: int, words: str) -> None:
    assert formats.percent(share, of=of) == words


def test_times_are_those_of_the_place() -> None:
    assert formats.moment(PICKUP, NEW_YORK) == "Fri 11 December, 10:00"
    assert formats.moment_short(PICKUP, NEW_YORK) == "Fri 11 Dec, 10:00"
    assert formats.moment(PICKUP, "Europe/Berlin") == "Fri 11 December, 16:00"
    assert formats.time_of_day(PICKUP.replace(hour=14, minute=5), NEW_YORK) == "9:05"
    assert formats.day(PICKUP, NEW_YORK) == "Fri 11 December"
    assert formats.day(date(2026, 12, 8)) == "Tue 8 December"
    assert formats.day_short(date(2026, 12, 8)) == "8 Dec"
    assert (
        formats.period(PICKUP, PICKUP + timedelta(days=3), NEW_YORK)
        == "Fri 11 December, 10:00 to Mon 14 December, 10:00"
    )


def test_a_moment_without_offset_or_place_is_a_fault() -> None:
    with pytest.raises(ValueError, match="offset"):
        formats.moment(PICKUP.replace(tzinfo=None), NEW_YORK)
    with pytest.raises(ValueError, match="zone"):
        formats.day(PICKUP)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(hours=1), "Today, 9:00"),
        (timedelta(hours=11), "Yesterday, 23:00"),
        (timedelta(days=6), "Sat 5 Dec, 10:00"),
        (timedelta(days=365), "11 Dec 2025, 10:00"),
    ],
)
def test_recent(before: timedelta, words: str) -> None:
    assert formats.recent(PICKUP - before, NEW_YORK, PICKUP) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (899, "14:59"),
        (timedelta(minutes=5), "5:00"),
        (61, "1:01"),
        (0, "0:00"),
        (-9, "0:00"),
        (3600, "1:00:00"),
        (86_381, "23:59:41"),
    ],
)
def test_countdown(left: int | timedelta, words: str) -> None:
    assert formats.countdown(left) == words


@pytest.mark.parametrize(
    ("count", "words"), [(1, "One rental day"), (3, "Three rental days"), (11, "11 rental days")]
)
def test_rental_days(count: int, words: str) -> None:
    assert formats.rental_days(count) == words


def test_iso_is_utc() -> None:
    assert formats.iso(PICKUP) == "2026-12-11T15:00:00Z"
    assert formats.iso(date(2026, 12, 11)) == "2026-12-11"


DAYS = {"days": 3, "unit_amount": 89500, "method": "clock24"}
WEEKEND = {
    "name": "Weekend rate",
    "kind": "weekday",
    "rate_bp": 1500,
    "days": 2,
    "weekdays": [5, 6],
    "base_amount": 179000,
}
SUMMER = {
    "name": "Summer",
    "kind": "season",
    "rate_bp": -1000,
    "days": 2,
    "weekdays": [],
    "base_amount": 179000,
}
WEEK = {"min_days": 7, "rate_bp": 500, "base_amount": 295350}
SEAT = {"code": "seat", "name": "Child seat", "unit": "rental", "quantity": 2, "days": 3, "unit_amount": 4000}
TAX = {
    "code": "md",
    "name": "Maryland rental tax",
    "jurisdiction": "MD",
    "rate_ppm": 115000,
    "base_amount": 303082,
    "kinds": [],
}
DRIVER = {"drivers": 1, "unit": "day", "days": 3, "unit_amount": 2500}


@pytest.mark.parametrize(
    ("code", "params", "name", "reason"),
    [
        ("rental_days", DAYS, "Three rental days", "3 × $895.00, counted by the clock from pick-up"),
        ("rental_days", {**DAYS, "method": "nights"}, "Three rental days", "3 × $895.00, counted in nights"),
        ("season", WEEKEND, "Weekend rate", "15 % on Friday and Saturday only"),
        ("season", SUMMER, "Summer", "10 % off $1,790.00, for 2 days"),
        ("long_stay", WEEK, "Long stay", "5 % off $2,953.50, from 7 days on"),
        ("delivery", {"place": "Bethesda"}, "Delivery", "Flat, to Bethesda"),
        ("collection", {"place": "Dulles"}, "Collection", "Flat, from Dulles"),
        ("extra", SEAT, "Child seat", "2 × $40.00 for the rental"),
        ("extra", {**SEAT, "unit": "day", "quantity": 1}, "Child seat", "3 days × $40.00"),
        ("extra", {**SEAT, "unit": "mile", "quantity": 100}, "Child seat", "100 miles × $40.00"),
        ("additional_driver", DRIVER, "Second driver", "3 days × $25.00"),
        ("additional_driver", {**DRIVER, "drivers": 2}, "2 additional drivers", "2 × 3 days × $25.00"),
        ("young_driver", DRIVER, "Young driver", "3 days × $25.00"),
        ("tax", TAX, "Maryland rental tax", "11.5 % of $3,030.82"),
    ],
)  # fmt: skip
def test_price_lines_say_why(code: str, params: dict[str, object], name: str, reason: str) -> None:
    line = Line(code, LineKind.RENTAL, params, Money(100, "USD"))
    assert price_words.in_words(line) == (name, reason)


def test_what_is_taken_off_is_marked() -> None:
    delivery = {"place": "Bethesda"}
    lines = [Line("delivery", LineKind.DELIVERY, delivery, Money(minor, "USD")) for minor in (15000, -15000)]
    assert [row.less for row in price_words.rows(lines)] == [False, True]
