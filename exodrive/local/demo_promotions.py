"""Two promo codes of the demo house, to be tried: one for a first rental, one for long weekends."""

from __future__ import annotations

from datetime import datetime

from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.pricing import promotions
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.price import LineKind
from exodrive.pricing.promotion_rules import Conditions, Terms

WELCOME = Terms(
    "WELCOME10",
    Discount(DiscountSource.PROMOTION, rate_bp=1000),
    Conditions(),
    most_per_customer=1,
    note="Ten percent off the first rental",
)
WEEKEND = Terms(
    "WEEKEND150",
    Discount(DiscountSource.PROMOTION, (LineKind.RENTAL,), amount=Money(150_00, "USD")),
    Conditions(minimum_days=3, currency="USD"),
    most_uses=100,
    note="Three days or more",
)


def add(*, at: datetime) -> None:
    """Make both, inside a transaction."""
    for terms in (WELCOME, WEEKEND):
        promotions.create(new_id(), terms, by=SYSTEM, at=at)
