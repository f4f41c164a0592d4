"""The cars, by category."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money


class Category(Base):
    """A kind of car, with what its driver needs: the larger of this and the driver policy counts."""

    __tablename__ = "categories"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    plural: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    minimum_age: Mapped[int] = mapped_column(default=0)
    licence_held_years: Mapped[int] = mapped_column(default=0)


class Car(Base):
    """One car. Amounts are minor units of `currency`; `body` and `paint` choose its drawing."""

    __tablename__ = "cars"
    __table_args__ = (
        CheckConstraint("daily_price > 0", name="daily_price"),
        CheckConstraint("deposit IS NULL OR deposit >= 0", name="deposit"),
        CheckConstraint("paint ~ '^[0-9a-f]{6}$'", name="paint"),
        Index("cars_category_id_idx", "category_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    make: Mapped[str]
    model: Mapped[str]
    year: Mapped[int]
    category_id: Mapped[UUID] = mapped_column(ForeignKey("categories.id"))
    home_place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    tagline: Mapped[str]
    description: Mapped[str]
    body: Mapped[str]
    paint: Mapped[str]
    colour: Mapped[str]
    stage_name: Mapped[str]  # the large word behind the car, such as V12
    engine: Mapped[str]
    power_hp: Mapped[int]
    zero_to_sixty: Mapped[str]  # seconds, one decimal
    top_speed_mph: Mapped[int]
    transmission: Mapped[str]
    drivetrain: Mapped[str]
    seats: Mapped[int]
    tank_gallons: Mapped[int]
    vin: Mapped[str] = mapped_column(unique=True)
    plate: Mapped[str] = mapped_column(unique=True)
    odometer: Mapped[int]
    features: Mapped[list[Any]]  # of {"text": …, "highlighted": …}
    specifications: Mapped[dict[str, Any]]
    currency: Mapped[str]
    daily_price: Mapped[int]
    deposit: Mapped[int | None]
    miles_per_day: Mapped[int | None]
    extra_mile: Mapped[int | None]
    minimum_days: Mapped[int] = mapped_column(default=1)
    minimum_age: Mapped[int] = mapped_column(default=0)
    visible: Mapped[bool] = mapped_column(default=True)
    featured: Mapped[bool] = mapped_column(default=False)
    available: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    category: Mapped[Category] = relationship(lazy="raise")

    @property
    def name(self) -> str:
        return f"{self.make} {self.model}"

    @property
    def day_rate(self) -> Money:
        return Money(self.daily_price, self.currency)
