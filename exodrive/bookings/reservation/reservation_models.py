"""What is kept of filling in the details: photos of papers, and codes that bring back earlier details."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class PaperKind(StrEnum):
    """What drivers photograph before the pick-up; the insurance card is the renter's."""

    LICENCE_FRONT = "licence_front"
    LICENCE_BACK = "licence_back"
    INSURANCE = "insurance"


class PaperState(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class DriverPaper(Base):
    """A photo of a driver's licence or insurance card, sealed in the store until `forget_at`.

    `position` is the driver's; `media_type` that of the content before it was sealed.
    """

    __tablename__ = "driver_papers"
    __table_args__ = (
        UniqueConstraint("booking_id", "position", "kind"),
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in PaperState) + ")", name="state"),
        Index("driver_papers_forget_at_idx", "forget_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    position: Mapped[int]
    kind: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
    media_type: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]  # why staff want another one
    sent_at: Mapped[datetime]
    forget_at: Mapped[datetime]


class DetailsCode(Base):
    """A code that was mailed to fill in the details of an earlier rental. The code itself is kept nowhere.

    There is a row for every address that somebody typed, known or not, so that both look the same.
    """

    __tablename__ = "details_codes"
    __table_args__ = (Index("details_codes_email_idx", "email", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    email: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
