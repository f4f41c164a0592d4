"""An enquiry, and the letters that answered it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class EnquiryState(StrEnum):
    NEW = "new"
    ANSWERED = "answered"
    SPAM = "spam"


class Enquiry(Base):
    """A message from the contact page. `key` makes it unique: sent twice, it is kept once.

    `reference` is what the writer named as their booking, as bookings write it, and proves nothing.
    `suspected` says why a message was put aside by itself; None where it was not.
    """

    __tablename__ = "enquiries"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'answered', 'spam')", name="state"),
        Index("enquiries_state_idx", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    reference: Mapped[str]
    message: Mapped[str]
    state: Mapped[str]
    suspected: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    moved_by: Mapped[str]


class EnquiryAnswer(Base):
    """A letter that the desk wrote back."""

    __tablename__ = "enquiry_answers"
    __table_args__ = (Index("enquiry_answers_enquiry_id_idx", "enquiry_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiries.id"))
    subject: Mapped[str]
    text: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime]
