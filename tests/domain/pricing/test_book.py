"""Loading the rule book from real rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from exodrive.fleet.models import Category
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from exodrive.pricing import book
from exodrive.pricing.models import Extra, LongStayDiscount, Season, TaxRate
from exodrive.pricing.price import LineKind
from exodrive.pricing.rulebook import (
    ExtraRole,
    ExtraRule,
    ExtraUnit,
    LongStayRule,
    RuleBook,
    SeasonKind,
    SeasonRule,
    TaxRule,
    Terms,
)

TERMS = Terms("America/New_York")
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
TODAY, TOMORROW, YESTERDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 19)
LONG_AGO = date(2020, 1, 1)


def season(**changes: Any) -> Season:
    return Season(**{"kind": "season", "name": "Summer", "rate_bp": 1000, "valid_from": LONG_AGO} | changes)


def extra(**changes: Any) -> Extra:
    plain = {"code": "seat", "name": "Child seat", "unit": "day", "amount": 15_00, "currency": "USD"}
    return Extra(**plain | {"valid_from": LONG_AGO} | changes)


def tax(**changes: Any) -> TaxRate:
    plain = {"jurisdiction": "MD", "code": "rental", "name": "Tax", "kinds": ["rental"], "rate_ppm": 115_000}
    return TaxRate(**plain | {"valid_from": LONG_AGO} | changes)


def store(*rows: object) -> None:
    with transaction():
        session().add_all(rows)


def load(currency: str = "USD", at: datetime = NOON) -> RuleBook:
    return book.load_book(currency, at=at, terms=TERMS)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_rows_become_rules(app: Flask) -> None:
    category = Category(slug="exotic", name="Exotic", plural="Exotics")
    store(category)
    store(
        season(kind="weekday", name="Weekend", rate_bp=1500, weekdays=[5, 6], priority=3),
        season(first_day=date(2027, 6, 1), last_day=date(2027, 8, 31), category_id=category.id),
        LongStayDiscount(min_days=7, rate_bp=1000, valid_from=LONG_AGO),
        LongStayDiscount(min_days=3, rate_bp=200, valid_from=LONG_AGO, category_id=category.id),
        extra(max_quantity=2, description="Up to 18 kg"),
        extra(code="second", role="additional_driver", name="Second driver", amount=25_00),
        tax(kinds=["rental", "delivery"], valid_until=date(2027, 1, 1)),
        tax(rate_ppm=120_000, valid_from=date(2027, 1, 1)),
    )

    loaded = load()

    assert loaded == RuleBook(
        currency="USD",
        terms=TERMS,
        seasons=(
            SeasonRule(SeasonKind.WEEKDAY, "Weekend", 1500, weekdays=(5, 6), priority=3),
            SeasonRule(
                SeasonKind.SEASON, "Summer", 1000, date(2027, 6, 1), date(2027, 8, 31), category="exotic"
            ),
        ),
        long_stays=(LongStayRule(3, 200, "exotic"), LongStayRule(7, 1000)),
        extras=(
            ExtraRule(
                "seat",
                "Child seat",
                ExtraUnit.DAY,
                Money(15_00, "USD"),
                max_quantity=2,
                description="Up to 18 kg",
            ),
            ExtraRule(
                "second",
                "Second driver",
                ExtraUnit.DAY,
                Money(25_00, "USD"),
                ExtraRole.ADDITIONAL_DRIVER,
            ),
        ),
        taxes=(
            TaxRule(
                "MD",
                "rental",
                "Tax",
                (LineKind.RENTAL, LineKind.DELIVERY),
                115_000,
                LONG_AGO,
                date(2027, 1, 1),
            ),
            TaxRule("MD", "rental", "Tax", (LineKind.RENTAL,), 120_000, date(2027, 1, 1)),
        ),
    )
    assert [offered.code for offered in loaded.offered()] == ["seat"]
    assert loaded.version == load().version


@pytest.mark.parametrize(
    ("changes", "in_force"),
    [
        ({}, True),
        ({"valid_from": TODAY}, True),
        ({"valid_from": TOMORROW}, False),
        ({"valid_until": TOMORROW}, True),
        ({"valid_until": TODAY}, False),
        ({"active": False}, False),
    ],
)
def test_a_rule_counts_from_its_first_day_until_the_day_before_its_end(
    app: Flask, changes: dict[str, Any], in_force: bool
) -> None:
    store(
        season(**changes),
        extra(**changes),
        LongStayDiscount(**{"min_days": 3, "rate_bp": 200, "valid_from": LONG_AGO} | changes),
    )

    loaded = load()

    assert [len(loaded.seasons), len(loaded.long_stays), len(loaded.extras)] == [int(in_force)] * 3


def test_the_date_is_the_houses(app: Flask) -> None:
    store(season(valid_from=TODAY))

    late_yesterday = datetime(2026, 11, 20, 4, 59, tzinfo=UTC)  # 23:59 on the 19th in Rockville

    assert not load(at=late_yesterday).seasons
    assert load(at=datetime(2026, 11, 20, 5, 0, tzinfo=UTC)).seasons


def test_each_currency_has_its_own_extras(app: Flask) -> None:
    store(extra(), extra(currency="EUR", amount=14_00))

    assert [row.amount for row in load("EUR").extras] == [Money(14_00, "EUR")]
    assert load("JPY").extras == ()


def test_a_book_takes_four_queries_however_long_it_is(app: Flask) -> None:
    with counted() as few:
        load()
    store(*(season(name=f"Season {n}") for n in range(50)), *(extra(code=f"extra{n}") for n in range(50)))
    with counted() as many:
        loaded = load()

    assert len(loaded.seasons) + len(loaded.extras) == 100
    assert len(few) == len(many) == 4


@pytest.mark.parametrize(
    ("rows", "constraint"),
    [
        (lambda: [extra(), extra(amount=20_00)], "extras_one_version"),
        (lambda: [extra(valid_until=TOMORROW), extra(valid_from=TODAY)], "extras_one_version"),
        (lambda: [extra(code=code, role="young_driver") for code in "ab"], "extras_one_fee"),
        (lambda: [tax(), tax(valid_from=TODAY)], "tax_rates_one_version"),
        (lambda: [tax(kinds=["tax"])], "tax_rates_kinds_check"),
        (lambda: [tax(kinds=[])], "tax_rates_kinds_check"),
        (lambda: [season(rate_bp=-5000)], "seasons_rate_check"),
        (lambda: [season(kind="weekday")], "seasons_weekday_rate_check"),
        (lambda: [season(weekdays=[0])], "seasons_weekdays_check"),
        (lambda: [season(first_day=TODAY, last_day=YESTERDAY)], "seasons_days_check"),
        (lambda: [season(valid_from=TODAY, valid_until=TODAY)], "seasons_validity_check"),
    ],
)
def test_the_tables_keep_out_what_makes_no_sense(app: Flask, rows: Any, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        store(*rows())


def test_versions_follow_each_other_without_a_gap_or_an_overlap(app: Flask) -> None:
    store(extra(valid_until=TODAY), extra(valid_from=TODAY, amount=20_00), extra(active=False, amount=1))

    assert [row.amount.amount for row in load().extras] == [20_00]
