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
    """Where money stands. Debits are positive, credits negative; each posting sums to zero.

    `docs/money.md` tells each of them, with what an accountant calls it.
    """

    CLEARING = "paypal_clearing"  # asset: what PayPal holds for the house
    CASH = "desk_takings"  # asset: taken at the desk, by terminal or in cash
    RECEIVABLE = "receivable"  # asset: what customers owe
    PREPAID = "customer_prepayments"  # liability: taken for rentals that are not settled yet
    DEPOSITS = "deposits_held"  # liability: deposits that were taken and are not settled yet
    TAX = "tax_payable"  # liability; an entry's detail names the place and the tax
    RENTAL = "rental_revenue"  # the days, with their seasons and long stays
    EXTRAS = "extras_revenue"  # extras and fees for drivers; the detail says which
    DELIVERY = "delivery_revenue"
    CHARGES = "charge_revenue"  # after the return; the detail is the kind of charge
    CANCELLATION = "cancellation_revenue"
    DISCOUNTS = "discounts_allowed"  # lowers the revenue; the detail is the promo code, or `gift`
    REFUNDS = "refunds_allowed"  # lowers the revenue: what was given back or corrected
    FEES = "paypal_fees"  # expense
    WRITE_OFFS = "write_offs"  # expense: what was owed and is not going to come


def tax_detail(place: str, code: str) -> str:
    """The detail of an entry on the tax account: "US-MD/vehicle_tax"."""
    return f"{place}/{code}"


class Posting(Base):
    """One movement. `source` names its cause once and for all: a cause that is seen twice posts once."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        Index("ledger_postings_booking_id_idx", "booking_id"),
        Index("ledger_postings_posted_at_idx", "posted_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    booking_id: Mapped[UUID | None]
    posted_at: Mapped[datetime]


class Entry(Base):
    """One side of a posting, in minor units. `detail` tells apart what is on one account."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ledger_entries_posting_id_idx", "posting_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_postings.id"))
    account: Mapped[str]
    detail: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]


class BroughtForward(Base):
    """What stood on an account, or on a detail of it, at a midnight: the sum of its entries before."""

    __tablename__ = "ledger_brought_forward"
    __table_args__ = (
        Index(
            "ledger_brought_forward_key",
            "up_to",
            "account",
            "detail",
            "currency",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    up_to: Mapped[datetime]
    account: Mapped[str]
    detail: Mapped[str | None]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
