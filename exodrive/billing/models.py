"""Bills: what a customer is asked to pay by an invoice at PayPal, and what was paid of it.

Amounts are minor units of the bill's currency.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.billing.states import BillState
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money


class Bill(Base):
    """One bill. `cause` is what it was opened for, once; `number` its key at PayPal, ours and never reused.

    `lines` are [code, params, amount], put into words where they are shown. `paid` is all that came, there
    or at the desk; `refunded` what went back of it; `written_off` what the house gave up; `credited` what
    credit notes took off. A `trouble` is why a person has to look: PayPal's word for a refusal, or ours.
    """

    __tablename__ = "bills"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("paid >= 0 AND refunded >= 0 AND written_off >= 0", name="figures"),
        CheckConstraint("credited BETWEEN 0 AND amount", name="credited"),
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in BillState) + ")", name="state"),
        Index("bills_booking_id_idx", "booking_id"),
        Index("bills_invoice_id_idx", "invoice_id"),
        Index(
            "bills_open_idx",
            "checked_at",
            postgresql_where=text("state IN ('draft', 'sent', 'pending', 'partly_paid')"),
        ),
        Index("bills_due_idx", "due_at", "id"),
        Index(
            "bills_open_due_idx",
            "due_at",
            "id",
            postgresql_where=text("state IN ('draft', 'sent', 'pending', 'partly_paid')"),
        ),
        Index("bills_remind_at_idx", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    # The house's own document that says what it is for; None where earlier ones say it all.
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    cause: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=BillState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    currency: Mapped[str]
    amount: Mapped[int]
    paid: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    written_off: Mapped[int] = mapped_column(default=0)
    credited: Mapped[int] = mapped_column(default=0, server_default="0")
    lines: Mapped[list[Any]]
    note: Mapped[str]
    recipient_name: Mapped[str]
    recipient_email: Mapped[str]
    paypal_id: Mapped[str | None] = mapped_column(unique=True)
    paypal_status: Mapped[str | None]
    view_url: Mapped[str | None]
    trouble: Mapped[str | None]
    due_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]  # when to remind next; None for not by itself
    reminders: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    written_off_at: Mapped[datetime | None]

    payments: Mapped[list[BillPayment]] = relationship(
        back_populates="bill", order_by="BillPayment.id", lazy="raise"
    )
    operations: Mapped[list[BillOperation]] = relationship(
        back_populates="bill", order_by="BillOperation.id", lazy="raise"
    )

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def paid_money(self) -> Money:
        return Money(self.paid, self.currency)

    @property
    def asked(self) -> Money:
        """What it asks for in all, after what credit notes took off."""
        return Money(self.amount - self.credited, self.currency)

    @property
    def outstanding(self) -> Money:
        """What is still to be paid: nothing of what was given up."""
        return Money(max(self.asked.amount - self.paid - self.written_off, 0), self.currency)


class BillPayment(Base):
    """Money that came for a bill: at PayPal, or elsewhere (`external`) and noted there.

    One taken at the desk counts at once; `paypal_id` follows when PayPal has noted it. A `credit` is no
    money: a credit note took it off, and PayPal notes it so that its page asks for the rest.
    """

    __tablename__ = "bill_payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("bill_payments_bill_id_idx", "bill_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bills.id"))
    paypal_id: Mapped[str | None] = mapped_column(unique=True)
    amount: Mapped[int]
    fee: Mapped[int | None]  # None where PayPal has not said it
    method: Mapped[str]
    external: Mapped[bool]
    credit: Mapped[bool] = mapped_column(default=False, server_default="false")
    reference: Mapped[str]
    taken_by: Mapped[str | None]
    paid_at: Mapped[datetime]

    bill: Mapped[Bill] = relationship(back_populates="payments", lazy="raise")


class OperationKind(StrEnum):
    CREATE = "create"
    SEND = "send"
    REMIND = "remind"
    CANCEL = "cancel"
    RECORD_PAYMENT = "record_payment"


class OperationState(StrEnum):
    WANTED = "wanted"
    CALLED = "called"  # PayPal may have heard of it: settle it by reading
    DONE = "done"
    REJECTED = "rejected"
    DROPPED = "dropped"  # overtaken by something else before anybody was called


class BillOperation(Base):
    """One call that changes a bill at PayPal, written before it is made; a bill's are made one by one."""

    __tablename__ = "bill_operations"
    __table_args__ = (
        CheckConstraint(
            "state IN (" + ", ".join(f"'{state}'" for state in OperationState) + ")", name="state"
        ),
        Index("bill_operations_bill_id_idx", "bill_id"),
        # Two clicks, or a click beside the sweep: one of them opens the operation.
        Index(
            "bill_operations_open_key",
            "bill_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('wanted', 'called') AND kind <> 'record_payment'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bills.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=OperationState.WANTED)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("bill_payments.id"))  # what is recorded
    code: Mapped[str | None]  # PayPal's word for a refusal, or ours for why it was dropped
    debug_id: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    bill: Mapped[Bill] = relationship(back_populates="operations", lazy="raise")
