"""Money that passed over the counter: what was taken there, given back, or only a slip of the pen."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money


class Method(StrEnum):
    """How the money came, or went back."""

    TERMINAL = "terminal"
    CASH = "cash"
    TRANSFER = "transfer"


class For(StrEnum):
    """What it was taken for."""

    RENTAL = "rental"
    DEPOSIT = "deposit"
    CHARGE = "charge"  # what is owed beyond the deposit


class ReceiptKind(StrEnum):
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    CORRECTED = "corrected"  # so much of a receipt was never taken: a wrong figure, a wrong booking


class Receipt(Base):
    """One movement at the desk, which nothing changes afterwards: what was wrong is corrected by another row.

    `of_id` is the receipt that is given back or corrected. `number` counts the booking's receipts from 1;
    `reference` is the terminal's slip, the bank's text or whatever finds the money again.
    """

    __tablename__ = "desk_receipts"
    __table_args__ = (
        UniqueConstraint("booking_id", "number"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in ReceiptKind) + ")", name="kind"),
        CheckConstraint("purpose IN (" + ", ".join(f"'{one}'" for one in For) + ")", name="purpose"),
        CheckConstraint("method IN (" + ", ".join(f"'{one}'" for one in Method) + ")", name="method"),
        CheckConstraint("(kind = 'taken') = (of_id IS NULL)", name="of"),
        Index("desk_receipts_of_id_idx", "of_id"),
        Index("desk_receipts_at_idx", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    number: Mapped[int]
    kind: Mapped[str]
    of_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk_receipts.id"))
    purpose: Mapped[str]
    method: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    reference: Mapped[str]
    reason: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime]

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def signed(self) -> Money:
        """What the desk has by it: less, where it was given back or never there."""
        return self.money if self.kind == ReceiptKind.TAKEN else -self.money
