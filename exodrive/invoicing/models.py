"""The house's own invoices: numbered without gaps, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money


class Invoice(Base):
    """One invoice. `lines` are [code, params, amount]; the PDF follows when it is rendered."""

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("year", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), unique=True)
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
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"))

    @property
    def number(self) -> str:
        return f"{self.year}-{self.sequence:05d}"

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def paid_money(self) -> Money:
        return Money(self.paid, self.currency)


class InvoiceCounter(Base):
    """The last number given in a year. Its row lock keeps the numbers without gaps: no sequence could."""

    __tablename__ = "invoice_counters"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
