"""The append-only double-entry ledger."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class Account(StrEnum):
    """Where money stands. Debits are positive, credits negative; each posting sums to zero."""

    CLEARING = "paypal_clearing"  # asset: what PayPal holds for the house
    RECEIVABLE = "receivable"  # asset: what customers owe
    PREPAID = "customer_prepayments"  # liability: taken for rentals that are not settled yet
    RENTAL = "rental_revenue"
    CHARGES = "charge_revenue"
    CANCELLATION = "cancellation_revenue"
    TAX = "tax_payable"  # liability
    FEES = "paypal_fees"  # expense


class Posting(Base):
    """One movement. `source` names its cause once and for all: a cause that is seen twice posts once."""

    __tablename__ = "ledger_postings"
    __table_args__ = (Index("ledger_postings_booking_id_idx", "booking_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    booking_id: Mapped[UUID | None]
    posted_at: Mapped[datetime]


class Entry(Base):
    """One side of a posting, in minor units."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ledger_entries_posting_id_idx", "posting_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_postings.id"))
    account: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
