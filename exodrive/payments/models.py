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
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.states import PaymentState


class Payment(Base):
    """Money wanted for one purpose of one booking. `state` is derived: see `payments.states`.

    `amount` is what is wanted by now: a change of the booking may lower it below what PayPal holds. `number`
    counts the payments for changes; rental and deposit have one each.
    A capture that must wait for a reauthorization is remembered in `intended_*`; its dated plan in `steps`.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("booking_id", "purpose", "number"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("payments_open_idx", "updated_at", postgresql_where=text("state IN ('ordered', 'approved')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    purpose: Mapped[str]
    number: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str] = mapped_column(default=PaymentState.OPENED)
    intended_amount: Mapped[int | None]
    intended_final: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    orders: Mapped[list[Order]] = relationship(back_populates="payment", order_by="Order.id", lazy="raise")
    operations: Mapped[list[Operation]] = relationship(order_by="Operation.id", lazy="raise")
    steps: Mapped[list[Step]] = relationship(
        back_populates="payment", order_by="(Step.due_at, Step.id)", lazy="raise"
    )

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def capture_at(self) -> datetime | None:
        """When the plan takes what is held."""
        return next(
            (
                step.due_at
                for step in self.steps
                if step.kind == StepKind.CAPTURE and step.state == StepState.PLANNED
            ),
            None,
        )


class Order(Base):
    """An order at PayPal, approved by the payer there.

    `amount` is what PayPal would have the payer approve, as it was last read; None before the first reading.
    """

    __tablename__ = "payment_orders"
    __table_args__ = (Index("payment_orders_payment_id_idx", "payment_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    paypal_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    amount: Mapped[int | None]
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
    PATCH_ORDER = "patch_order"
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


def invoice_id_of(operation_id: UUID) -> str:
    """What a capture or refund goes by at PayPal, beside its own id there: it shows it as the invoice id."""
    return f"EXO-{operation_id.hex}"


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
    final: Mapped[bool] = mapped_column(default=True)  # a capture lets go of what it does not take
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
        return invoice_id_of(self.id)


class Step(Base):
    """One dated step of a payment's plan: what is done with its money, and when.

    `amount` is in minor units, None for all that is left; `cause` the code of why it was planned, skipped or
    failed, `reason` the words of who decided by hand. Nobody can do it any more from `dies_at` on. From
    `at_risk_from` on it is shown to staff as money at risk: None once it is done, skipped or answered.
    """

    __tablename__ = "payment_steps"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN (" + ", ".join(f"'{one}'" for one in StepState) + ")", name="state"),
        # Nothing waits unseen: what is open is shown from some moment on.
        CheckConstraint("state NOT IN ('planned', 'wanted') OR at_risk_from IS NOT NULL", name="seen"),
        Index("payment_steps_payment_id_idx", "payment_id", "due_at"),
        Index("payment_steps_due_idx", "due_at", "id", postgresql_where=text("state = 'planned'")),
        Index(
            "payment_steps_at_risk_idx",
            "at_risk_from",
            "id",
            postgresql_where=text("at_risk_from IS NOT NULL"),
        ),
        # What is planned is planned once, whoever plans at the same moment.
        Index(
            "payment_steps_open_key",
            "payment_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('planned', 'wanted')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    kind: Mapped[str]
    due_at: Mapped[datetime]
    amount: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=StepState.PLANNED)
    cause: Mapped[str]
    reason: Mapped[str | None]
    operation_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_operations.id"))
    dies_at: Mapped[datetime | None]
    at_risk_from: Mapped[datetime | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    payment: Mapped[Payment] = relationship(back_populates="steps", lazy="raise")
