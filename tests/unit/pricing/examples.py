"""Valid requests and books for the tests of prices; a test states only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from exodrive.kernel.money import Money
from exodrive.pricing.days import resolve_local
from exodrive.pricing.price import LineKind
from exodrive.pricing.request import PriceRequest
from exodrive.pricing.rulebook import (
    ExtraRole,
    ExtraRule,
    ExtraUnit,
    RuleBook,
    SeasonKind,
    SeasonRule,
    TaxRule,
    Terms,
)

ZONE = "America/New_York"
CAR = UUID(int=7)
EVERYTHING = (LineKind.RENTAL, LineKind.EXTRA, LineKind.DRIVER, LineKind.DELIVERY)
WEEKEND = SeasonRule(SeasonKind.WEEKDAY, "Weekend rate", 1500, weekdays=(5, 6))
SECOND_DRIVER = ExtraRule(
    "second_driver", "Second driver", ExtraUnit.DAY, Money(25_00, "USD"), ExtraRole.ADDITIONAL_DRIVER
)
MARYLAND = TaxRule("MD", "rental", "Maryland rental tax", EVERYTHING, 115_000, date(2020, 1, 1))
VIRGINIA = TaxRule("VA", "rental", "Virginia rental tax", EVERYTHING[:3], 100_000, date(2020, 1, 1))


def local(text: str, zone: str = ZONE) -> datetime:
    return resolve_local(datetime.fromisoformat(text), zone).at


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def request(**changes: Any) -> PriceRequest:
    """Three days from a Friday, at $895.00, in Maryland."""
    plain = PriceRequest(
        car_id=CAR,
        category="exotic",
        day_rate=usd(895_00),
        pickup_at=local("2026-12-11 10:00"),
        return_at=local("2026-12-14 10:00"),
        zone=ZONE,
        jurisdiction="MD",
    )
    return replace(plain, **changes)


def book(**changes: Any) -> RuleBook:
    return replace(RuleBook("USD", Terms(ZONE)), **changes)
