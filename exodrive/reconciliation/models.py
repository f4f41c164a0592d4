"""What reconciliation keeps: its runs, what each still has to read, and the differences that were found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.reconciliation import states
from exodrive.reconciliation.states import DifferenceState, Remedy


class SubjectKind(StrEnum):
    PAYMENT = "payment"
    BILL = "bill"


class Run(Base):
    """One reading of PayPal's side: of all that is open, or of one booking's.

    `total` is how many payments and bills it reads, `done` how many it has read. It has ended with
    `finished_at`.
    """

    __tablename__ = "reconciliation_runs"
    __table_args__ = (
        # One run of the whole house at a time, whoever asks; and one of each booking.
        Index(
            "reconciliation_runs_open_key",
            text("coalesce(booking_id, '00000000-0000-0000-0000-000000000000')"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("reconciliation_runs_started_at_idx", "started_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))
    asked_by: Mapped[str]
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Waiting(Base):
    """A payment or a bill that a run has still to read."""

    __tablename__ = "reconciliation_waiting"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_runs.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]


class Difference(Base):
    """One thing that we and PayPal say otherwise of. Amounts are minor units, None where a side has none.

    `subject` is PayPal's id of what differs, or ours where PayPal has none. The words are of each side's own
    status. `asked_by` has pressed its button at `asked_at`, and PayPal is being read.
    """

    __tablename__ = "reconciliation_differences"
    __table_args__ = (
        CheckConstraint("num_nonnulls(payment_id, bill_id) = 1", name="of_one"),
        CheckConstraint(
            "state IN (" + ", ".join(f"'{state}'" for state in DifferenceState) + ")", name="state"
        ),
        CheckConstraint("(state = 'open') = (solved_at IS NULL)", name="solved"),
        CheckConstraint("state <> 'explained' OR reason IS NOT NULL", name="explained"),
        # The same difference is found once, however often it is read.
        Index(
            "reconciliation_differences_open_key",
            text("coalesce(payment_id, bill_id)"),
            "cause",
            "subject",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("reconciliation_differences_state_idx", "state", "found_at", "id"),
        Index("reconciliation_differences_run_id_idx", "run_id"),
        Index("reconciliation_differences_payment_id_idx", "payment_id"),
        Index("reconciliation_differences_bill_id_idx", "bill_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("reconciliation_runs.id"))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    bill_id: Mapped[UUID | None] = mapped_column(ForeignKey("bills.id"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    cause: Mapped[str]
    subject: Mapped[str]
    currency: Mapped[str]
    ours: Mapped[int | None]
    theirs: Mapped[int | None]
    our_word: Mapped[str | None]
    their_word: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=DifferenceState.OPEN)
    reason: Mapped[str | None]
    asked_by: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    solved_by: Mapped[str | None]
    found_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]

    @property
    def our_money(self) -> Money | None:
        return None if self.ours is None else Money(self.ours, self.currency)

    @property
    def their_money(self) -> Money | None:
        return None if self.theirs is None else Money(self.theirs, self.currency)

    @property
    def remedy(self) -> Remedy:
        """What its button does."""
        return states.remedy(self.cause, of_bill=self.bill_id is not None)
