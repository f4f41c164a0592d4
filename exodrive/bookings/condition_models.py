"""How a car was when it left and when it came back: the reports, and their photos."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class ReportKind(StrEnum):
    PICKUP = "pickup"
    RETURN = "return"


# The photos that a condition report has, in the order in which one walks around the car.
POSITIONS = (
    "left",
    "front",
    "right",
    "rear",
    "wheel_front_left",
    "wheel_front_right",
    "wheels_rear",
    "dashboard",
)


class ConditionReport(Base):
    """How the car was when it left or came back. A draft until `completed_at`."""

    __tablename__ = "condition_reports"
    __table_args__ = (
        UniqueConstraint("booking_id", "kind"),
        CheckConstraint("fuel_eighths BETWEEN 0 AND 8", name="fuel"),
        CheckConstraint("odometer >= 0", name="odometer"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str]
    odometer: Mapped[int | None]
    fuel_eighths: Mapped[int | None]
    checks: Mapped[list[Any]]
    marks: Mapped[str]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]

    photos: Mapped[list[ConditionPhoto]] = relationship(order_by="ConditionPhoto.id", lazy="raise")


class ConditionPhoto(Base):
    """One photo of a report. A second one of the same position replaces the first while it is a draft."""

    __tablename__ = "condition_photos"
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("condition_reports.id"))
    position: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
    taken_at: Mapped[datetime]
