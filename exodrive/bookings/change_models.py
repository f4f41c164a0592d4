"""What was asked to be changed about a booking, and the clashes that staff have to solve."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.bookings.change_states import ChangeState, Fault
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


def _listed(words: type[ChangeState] | type[Fault]) -> str:
    return ", ".join(f"'{word}'" for word in words)


class Change(Base):
    """A change that somebody said yes to. `wanted` and `impact` are what was shown to them.

    `by` is the name that the audit trail has for who asked; `payment_id` is set where it costs more.
    """

    __tablename__ = "booking_changes"
    __table_args__ = (
        UniqueConstraint("booking_id", "number"),
        UniqueConstraint("payment_id"),
        CheckConstraint(f"state IN ({_listed(ChangeState)})", name="state"),
        CheckConstraint(f"fault IN ({_listed(Fault)})", name="fault"),
        CheckConstraint("(state = 'awaiting_payment') = (settled_at IS NULL)", name="settled"),
        # One change at a time waits for its money: two that wait could not both be what was shown.
        Index(
            "booking_changes_open_key",
            "booking_id",
            unique=True,
            postgresql_where=text("state = 'awaiting_payment'"),
        ),
        Index(
            "booking_changes_expires_at_idx",
            "expires_at",
            postgresql_where=text("state = 'awaiting_payment' AND expires_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    number: Mapped[int]
    state: Mapped[str]
    fault: Mapped[str] = mapped_column(default=Fault.CUSTOMER)
    by: Mapped[str]
    reason: Mapped[str | None]
    wanted: Mapped[dict[str, Any]]  # bookings.wanted.Wanted
    impact: Mapped[dict[str, Any]]  # bookings.impact.Impact, as far as it is kept
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # None while its authorization is under way
    settled_at: Mapped[datetime | None]


class Conflict(Base):
    """A booking whose place another one still has: staff must give it another car or other dates."""

    __tablename__ = "booking_conflicts"
    __table_args__ = (
        CheckConstraint("booking_id <> late_id", name="two"),
        CheckConstraint(
            "(solved_at IS NULL) = (solution IS NULL) AND (solved_at IS NULL) = (solved_by IS NULL)",
            name="solved",
        ),
        Index(
            "booking_conflicts_open_key",
            "booking_id",
            "late_id",
            unique=True,
            postgresql_where=text("solved_at IS NULL"),
        ),
        Index("booking_conflicts_late_id_idx", "late_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))  # that is in danger
    late_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))  # that has the car
    found_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    solved_by: Mapped[str | None]
    solution: Mapped[str | None]
