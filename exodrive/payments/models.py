"""The payment tree: a payment has orders, an order authorizations, an authorization captures, those refunds.

Every node keeps PayPal's own id and status. Amounts are minor units of the payment's currency.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.payments.states import PaymentState


class Payment(Base):
    """Money wanted for one purpose of one booking. `state` is derived: see `payments.states`.

    A capture that must wait for a reauthorization is remembered in `intended_*`; the dated plan stands in
    `capture_at`.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("booking_id", "purpose"),
        CheckConstraint("amount > 0", name="amount"),
        Index("payments_capture_at_idx", "capture_at", postgresql_where=text("capture_at IS NOT NULL")),
        Index("payments_open_idx", "updated_at", postgresql_where=text("state IN ('ordered', 'approved')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    purpose: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str] = mapped_column(default=PaymentState.OPENED)
    capture_at: Mapped[datetime | None]
    intended_amount: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    orders: Mapped[list[Order]] = relationship(back_populates="payment", order_by="Order.id", lazy="raise")
    operations: Mapped[list[Operation]] = relationship(order_by="Operation.id", lazy="raise")

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Order(Base):
    """An order at PayPal, approved by the payer there."""

    __tablename__ = "payment_orders"
    __table_args__ = (Index("payment_orders_payment_id_idx", "payment_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    paypal_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    approve_url: Mapped[str | None]
    created_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]

    payment: Mapped[Payment] = relationship(back_populates="orders", lazy="raise")
    authorizations: Mapped[list[Authorization]] = relationship(
        back_populates="order", order_by="Authorization.id", lazy="raise"
    )


class Authorization(Base):
    """Money that PayPal holds for us: honoured for 3 days from `created_at`, dead at `expires_at`.

    `parent_id` is the original of a reauthorization.
    """

    __tablename__ = "payment_authorizations"
    __table_args__ = (Index("payment_authorizations_order_id_idx", "order_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("payment_orders.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_authorizations.id"))
    paypal_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship(back_populates="authorizations", lazy="raise")
    captures: Mapped[list[Capture]] = relationship(
        back_populates="authorization", order_by="Capture.id", lazy="raise"
    )


class Capture(Base):
    """Money taken. `fee` and `net` are known once PayPal has completed it."""

    __tablename__ = "payment_captures"
    __table_args__ = (Index("payment_captures_authorization_id_idx", "authorization_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    authorization_id: Mapped[UUID] = mapped_column(ForeignKey("payment_authorizations.id"))
    paypal_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    amount: Mapped[int]
    fee: Mapped[int | None]
    final: Mapped[bool]
    invoice_id: Mapped[str | None]
    created_at: Mapped[datetime]

    authorization: Mapped[Authorization] = relationship(back_populates="captures", lazy="raise")
    refunds: Mapped[list[Refund]] = relationship(back_populates="capture", order_by="Refund.id", lazy="raise")


class Refund(Base):
    """Money given back."""

    __tablename__ = "payment_refunds"
    __table_args__ = (Index("payment_refunds_capture_id_idx", "capture_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    capture_id: Mapped[UUID] = mapped_column(ForeignKey("payment_captures.id"))
    paypal_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    amount: Mapped[int]
    invoice_id: Mapped[str | None]
    created_at: Mapped[datetime]

    capture: Mapped[Capture] = relationship(back_populates="refunds", lazy="raise")


class OperationKind(StrEnum):
    CREATE_ORDER = "create_order"
    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    REAUTHORIZE = "reauthorize"
    VOID = "void"
    REFUND = "refund"


class OperationState(StrEnum):
    WANTED = "wanted"
    CALLED = "called"  # the provider may have heard of it: settle it by reading
    DONE = "done"
    REJECTED = "rejected"


class Operation(Base):
    """One call that changes something at PayPal, with its key, written before the call is made."""

    __tablename__ = "payment_operations"
    __table_args__ = (
        Index("payment_operations_payment_id_idx", "payment_id"),
        # Two clicks, two workers or a sweep beside a webhook: one of them opens the operation.
        Index(
            "payment_operations_open_key",
            "payment_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('wanted', 'called')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    kind: Mapped[str]
    target_id: Mapped[UUID | None]  # the order, authorization or capture it is done to
    amount: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=OperationState.WANTED)
    code: Mapped[str | None]  # PayPal's word for a refusal
    debug_id: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    payment: Mapped[Payment] = relationship(back_populates="operations", lazy="raise")

    @property
    def request_id(self) -> str:
        """PayPal-Request-Id: ours, fixed before the call, the same at every repetition."""
        return f"{self.kind}:{self.id}"

    @property
    def invoice_id(self) -> str:
        """PayPal wants another invoice_id for each order, capture and refund."""
        return f"EXO-{self.id.hex}"
