"""The rules of the price as rows. A change ends the old row (`valid_until`) and adds a new one.

Validity is half-open: from `valid_from` to the day before `valid_until`. For taxes it is the day of pick-up
that counts (the law's date), for all others the day on which the price is asked for.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id

# Two versions of one thing must not be in force on the same day: which of them counts would be chance.
IN_FORCE = (text("daterange(valid_from, valid_until)"), "&&")


def _validity() -> CheckConstraint:
    return CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="validity")


class Versioned:
    """In force from `valid_from` until the day before `valid_until`, unless switched off."""

    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)


class Season(Versioned, Base):
    """More (or less) for some days, in basis points of the base price: see `rulebook.SeasonRule`.

    `kind` is `season` or `weekday`; a day takes at most one of each. Both ends of the days are inside.
    """

    __tablename__ = "seasons"
    __table_args__ = (
        CheckConstraint("kind IN ('season', 'weekday')", name="kind"),
        CheckConstraint("rate_bp > -5000", name="rate"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}'", name="weekdays"),
        CheckConstraint("kind <> 'weekday' OR cardinality(weekdays) > 0", name="weekday_rate"),
        _validity(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    name: Mapped[str]
    rate_bp: Mapped[int]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), default=list)  # ISO, Monday 1
    car_id: Mapped[UUID | None] = mapped_column(ForeignKey("cars.id"))
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id"))
    priority: Mapped[int] = mapped_column(default=0)


class LongStayDiscount(Versioned, Base):
    """Off the rental days from `min_days` on, in basis points; the best one that is earned applies."""

    __tablename__ = "long_stay_discounts"
    __table_args__ = (
        CheckConstraint("min_days > 0", name="min_days"),
        CheckConstraint("rate_bp > 0 AND rate_bp <= 10000", name="rate"),
        _validity(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    min_days: Mapped[int]
    rate_bp: Mapped[int]
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id"))


class Extra(Versioned, Base):
    """What goes with a car for an amount (minor units) per day, rental or mile; fees of drivers by `role`."""

    __tablename__ = "extras"
    __table_args__ = (
        CheckConstraint("role IN ('extra', 'additional_driver', 'young_driver')", name="role"),
        CheckConstraint("unit IN ('day', 'rental', 'mile')", name="unit"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("max_quantity > 0", name="max_quantity"),
        _validity(),
        ExcludeConstraint(
            ("code", "="),
            ("currency", "="),
            IN_FORCE,
            using="gist",
            name="extras_one_version",
            where=text("active"),
        ),
        ExcludeConstraint(
            ("role", "="),
            ("currency", "="),
            IN_FORCE,
            using="gist",
            name="extras_one_fee",
            where=text("active AND role <> 'extra'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    role: Mapped[str] = mapped_column(default="extra")
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    unit: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    max_quantity: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)


class TaxRate(Versioned, Base):
    """A tax of one jurisdiction, in parts per million, on the kinds of lines that it names.

    `example` marks the rates of the demo house: a house sets its own with its accountant.
    """

    __tablename__ = "tax_rates"
    __table_args__ = (
        CheckConstraint("rate_ppm >= 0", name="rate"),
        CheckConstraint("kinds <@ '{rental,extra,driver,delivery}' AND cardinality(kinds) > 0", name="kinds"),
        _validity(),
        ExcludeConstraint(
            ("jurisdiction", "="),
            ("code", "="),
            IN_FORCE,
            using="gist",
            name="tax_rates_one_version",
            where=text("active"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    jurisdiction: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String))
    rate_ppm: Mapped[int]
    example: Mapped[bool] = mapped_column(default=False)
