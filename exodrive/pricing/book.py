"""Loading the rule book: four queries, whatever is asked of it afterwards."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.sql import column, table

from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.pricing.models import Extra, LongStayDiscount, Season, TaxRate, Versioned
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

# The rules know a category by its slug; these two columns are all that pricing needs of the register.
CATEGORIES = table("categories", column("id"), column("slug"))


def load_book(currency: str, *, at: datetime, terms: Terms) -> RuleBook:
    """The rules in force at a time for cars priced in `currency`.

    All tax rates are in it: the day of pick-up, not `at`, says which of them is due.
    """
    today = at.astimezone(ZoneInfo(terms.zone)).date()
    return RuleBook(
        currency=currency,
        terms=terms,
        seasons=_seasons(today),
        long_stays=_long_stays(today),
        extras=_extras(currency, today),
        taxes=_taxes(),
    )


def tax_names() -> dict[tuple[str, str], str]:
    """What each tax is called, by its jurisdiction and code; as its latest version says."""
    rows = session().execute(
        select(TaxRate.jurisdiction, TaxRate.code, TaxRate.name).order_by(TaxRate.valid_from)
    )
    return {(row.jurisdiction, row.code): row.name for row in rows}


def _in_force(model: type[Versioned], today: date) -> ColumnElement[bool]:
    still = or_(model.valid_until.is_(None), model.valid_until > today)
    return model.active.is_(True) & (model.valid_from <= today) & still


def _seasons(today: date) -> tuple[SeasonRule, ...]:
    found = session().execute(
        select(Season, CATEGORIES.c.slug)
        .outerjoin(CATEGORIES, CATEGORIES.c.id == Season.category_id)
        .where(_in_force(Season, today))
        .order_by(Season.id)
    )
    return tuple(_season(row, category) for row, category in found)


def _season(row: Season, category: str | None) -> SeasonRule:
    return SeasonRule(
        kind=SeasonKind(row.kind),
        name=row.name,
        rate_bp=row.rate_bp,
        first_day=row.first_day,
        last_day=row.last_day,
        weekdays=tuple(row.weekdays),
        car_id=row.car_id,
        category=category,
        priority=row.priority,
    )


def _long_stays(today: date) -> tuple[LongStayRule, ...]:
    found = session().execute(
        select(LongStayDiscount.min_days, LongStayDiscount.rate_bp, CATEGORIES.c.slug)
        .outerjoin(CATEGORIES, CATEGORIES.c.id == LongStayDiscount.category_id)
        .where(_in_force(LongStayDiscount, today))
        .order_by(LongStayDiscount.min_days, LongStayDiscount.id)
    )
    return tuple(LongStayRule(min_days, rate_bp, category) for min_days, rate_bp, category in found)


def _extras(currency: str, today: date) -> tuple[ExtraRule, ...]:
    found = session().scalars(
        select(Extra)
        .where(Extra.currency == currency, _in_force(Extra, today))
        .order_by(Extra.position, Extra.code)
    )
    return tuple(
        ExtraRule(
            code=row.code,
            name=row.name,
            unit=ExtraUnit(row.unit),
            amount=Money(row.amount, row.currency),
            role=ExtraRole(row.role),
            max_quantity=row.max_quantity,
            description=row.description,
        )
        for row in found
    )


def _taxes() -> tuple[TaxRule, ...]:
    found = session().scalars(
        select(TaxRate).where(TaxRate.active).order_by(TaxRate.jurisdiction, TaxRate.code, TaxRate.valid_from)
    )
    return tuple(
        TaxRule(
            jurisdiction=row.jurisdiction,
            code=row.code,
            name=row.name,
            kinds=tuple(LineKind(kind) for kind in row.kinds),
            rate_ppm=row.rate_ppm,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in found
    )
