"""The house, its places and the versions of its policies."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class House(Base):
    """The rental house itself: one row. `hours` maps weekday numbers (Monday 0) to opening hours."""

    __tablename__ = "houses"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    legal_name: Mapped[str]
    reference_prefix: Mapped[str]
    address: Mapped[str]
    town: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    country: Mapped[str] = mapped_column(default="US")  # ISO 3166; how phone numbers and addresses are read
    time_zone: Mapped[str]
    currency: Mapped[str]
    hours: Mapped[dict[str, Any]]
    hours_note: Mapped[str]


class PlaceKind(StrEnum):
    HOUSE = "house"  # the customer comes
    DELIVERY = "delivery"  # the car comes


class Place(Base):
    """Where a car is picked up or returned. Fees are minor units of the house's currency."""

    __tablename__ = "places"
    __table_args__ = (CheckConstraint("delivery_fee >= 0 AND collection_fee >= 0", name="fees"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    time_zone: Mapped[str]
    jurisdiction: Mapped[str]  # whose tax is due, such as MD
    delivery_fee: Mapped[int] = mapped_column(default=0)
    collection_fee: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def delivered(self) -> bool:
        return self.kind == PlaceKind.DELIVERY


class Policy(Base):
    """One version of one policy. Never changed: a change is the next version."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    version: Mapped[int]
    terms: Mapped[dict[str, Any]]
    in_force_at: Mapped[datetime]
    changed_by: Mapped[str]
