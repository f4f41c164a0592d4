"""Promo codes for the tests of the pages and the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from exodrive.kernel import clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import db, transaction
from exodrive.kernel.ids import new_id
from exodrive.pricing import promotion_uses, promotions
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_rules import Conditions, Terms

MANAGER = Actor(ActorKind.STAFF, "Marc Manager")


def make(
    name: str = "SPRING", *, rate_bp: int = 1000, most_uses: int | None = None, **conditions: Any
) -> UUID:
    """A code for so much off days and extras."""
    with transaction():
        off = Discount(DiscountSource.PROMOTION, rate_bp=rate_bp)
        terms = Terms(name, off, Conditions(**conditions), most_uses=most_uses)
        made = promotions.create(new_id(), terms, by=MANAGER, at=clock.now())
    db.session.remove()
    return made.id


def uses(promotion_id: UUID) -> int:
    with transaction():
        found = promotion_uses.count(promotion_id)
    db.session.remove()
    return found
