"""What hangs on a charge: what shows it, what the customer says to it, and the file it came in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class ChargeEvidence(Base):
    """What shows that a charge is due: a kept file, or a `position` of the photos at pick-up and return."""

    __tablename__ = "charge_evidence"
    __table_args__ = (
        UniqueConstraint("charge_id", "position"),
        CheckConstraint("(file_id IS NULL) <> (position IS NULL)", name="one"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("booking_charges.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    position: Mapped[str | None]
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class Answer(StrEnum):
    """What became of an objection."""

    KEPT = "kept"
    REDUCED = "reduced"
    DROPPED = "dropped"


class ChargeObjection(Base):
    """What a customer writes against a charge, once, and what the house answers, for good."""

    __tablename__ = "charge_objections"
    __table_args__ = (
        UniqueConstraint("charge_id"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("booking_charges.id"))
    text: Mapped[str]
    made_at: Mapped[datetime]
    outcome: Mapped[str | None]
    answer: Mapped[str | None]
    amount_before: Mapped[int]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]


class TollFile(Base):
    """A file of tolls and fines: looked at first, imported whole afterwards. `outcomes` is a word per row."""

    __tablename__ = "toll_files"
    __table_args__ = (Index("toll_files_uploaded_at_idx", "uploaded_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str]
    imported_at: Mapped[datetime | None]
    imported_by: Mapped[str | None]
    outcomes: Mapped[list[Any]]
