"""Promo codes as rows, and each use of one by a booking."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.pricing.discounts import MOST_BP, Discount, DiscountSource
from exodrive.pricing.price import LineKind
from exodrive.pricing.promotion_rules import Conditions, Terms


class PromotionState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


class Promotion(Base):
    """A code that lowers prices: by `rate_bp` basis points, or by `amount` minor units of `currency`.

    `key` is the code with letters that look alike made one; days are the house's, both ends inside.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        CheckConstraint("(rate_bp IS NULL) <> (amount IS NULL)", name="share_or_amount"),
        CheckConstraint(f"rate_bp > 0 AND rate_bp <= {MOST_BP}", name="rate"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="currency"),
        CheckConstraint("kinds <@ '{rental,extra}' AND cardinality(kinds) > 0", name="kinds"),
        CheckConstraint("booked_until >= booked_from", name="booked"),
        CheckConstraint("pickup_until >= pickup_from", name="pickup"),
        CheckConstraint("minimum_days > 0", name="minimum_days"),
        CheckConstraint("most_uses > 0 AND most_per_customer > 0", name="most"),
        CheckConstraint("state IN ('active', 'ended')", name="state"),
        Index("promotions_key_key", "key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    key: Mapped[str]
    note: Mapped[str] = mapped_column(default="")  # what it is for, in the house's words
    state: Mapped[str] = mapped_column(default=PromotionState.ACTIVE)
    version: Mapped[int] = mapped_column(default=1)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String))
    rate_bp: Mapped[int | None]
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    booked_from: Mapped[date | None]
    booked_until: Mapped[date | None]
    pickup_from: Mapped[date | None]
    pickup_until: Mapped[date | None]
    minimum_days: Mapped[int] = mapped_column(default=1)
    categories: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)  # their slugs
    cars: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    most_uses: Mapped[int | None]
    most_per_customer: Mapped[int | None]
    created_at: Mapped[datetime]

    @property
    def terms(self) -> Terms:
        return Terms(
            code=self.code,
            discount=self.discount,
            conditions=self.conditions,
            most_uses=self.most_uses,
            most_per_customer=self.most_per_customer,
            note=self.note,
        )

    @property
    def discount(self) -> Discount:
        amount = Money(self.amount, self.currency) if self.amount and self.currency else None
        return Discount(
            DiscountSource.PROMOTION,
            kinds=tuple(LineKind(kind) for kind in self.kinds),
            rate_bp=self.rate_bp,
            amount=amount,
            code=self.code,
        )

    @property
    def conditions(self) -> Conditions:
        return Conditions(
            booked_from=self.booked_from,
            booked_until=self.booked_until,
            pickup_from=self.pickup_from,
            pickup_until=self.pickup_until,
            minimum_days=self.minimum_days,
            categories=frozenset(self.categories),
            cars=frozenset(self.cars),
            currency=self.currency,
        )


class PromotionUse(Base):
    """A booking that a code made cheaper. The `email` is known from the order on."""

    __tablename__ = "promotion_uses"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email"),
        Index(
            "promotion_uses_booking_id_key",
            "booking_id",
            unique=True,
            postgresql_where=text("given_back_at IS NULL"),
        ),
        Index("promotion_uses_promotion_id_idx", "promotion_id"),
        Index(
            "promotion_uses_live_idx",
            "promotion_id",
            "email",
            postgresql_where=text("given_back_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    promotion_id: Mapped[UUID] = mapped_column(ForeignKey("promotions.id"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    email: Mapped[str | None]
    taken_at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]
