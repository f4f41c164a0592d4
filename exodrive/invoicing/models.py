"""The house's own invoices: numbered without gaps, never changed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money

TAX = "tax"  # the code of a line that is a tax: its parameters name the place, the rate and the base


class InvoiceKind(StrEnum):
    """What a document is. All kinds share one series of numbers, in the order in which they were issued."""

    INVOICE = "invoice"  # the rental's own, or the fee of one that did not take place; one per booking
    SUPPLEMENT = "supplement"  # what came up after it
    CREDIT_NOTE = "credit_note"  # corrects one of the others, wholly or in part


class Invoice(Base):
    """One document. `lines` are [code, params, amount]; the PDF follows when it is rendered.

    A credit note's amounts are negative; it names what it corrects, and why. `supplied_on` is the day that
    the taxes went by: that of the pick-up, at its place.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        CheckConstraint("kind IN ('invoice', 'supplement', 'credit_note')", name="kind"),
        CheckConstraint(
            "(kind = 'credit_note') = (corrects_id IS NOT NULL AND reason IS NOT NULL)", name="corrects"
        ),
        CheckConstraint("CASE kind WHEN 'credit_note' THEN total < 0 ELSE total >= 0 END", name="sign"),
        Index("invoices_booking_id_idx", "booking_id"),
        Index("invoices_own_key", "booking_id", unique=True, postgresql_where=text("kind = 'invoice'")),
        Index("invoices_corrects_id_idx", "corrects_id"),
        Index("invoices_issued_at_idx", "issued_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str] = mapped_column(default=InvoiceKind.INVOICE, server_default=InvoiceKind.INVOICE)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    reason: Mapped[str | None]
    year: Mapped[int]
    sequence: Mapped[int]
    recipient_name: Mapped[str]
    recipient_address: Mapped[str]
    recipient_email: Mapped[str]
    currency: Mapped[str]
    total: Mapped[int]
    paid: Mapped[int]
    lines: Mapped[list[Any]]
    issued_at: Mapped[datetime]
    supplied_on: Mapped[date | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"))

    @property
    def number(self) -> str:
        return f"{self.year}-{self.sequence:05d}"

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def tax(self) -> Money:
        """The taxes among its lines."""
        return Money(sum(amount for code, _params, amount in self.lines if code == TAX), self.currency)

    @property
    def paid_money(self) -> Money:
        return Money(self.paid, self.currency)


class InvoiceCounter(Base):
    """The last number given in a year. Its row lock keeps the numbers without gaps: no sequence could."""

    __tablename__ = "invoice_counters"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
