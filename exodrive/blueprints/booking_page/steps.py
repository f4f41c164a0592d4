"""What a booking's payments and agreement mean to its customer: where each step of the rail stands. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from exodrive.payments import opening, operations, recording, refusals, tree
from exodrive.payments.models import OperationKind, OperationState, Order, Payment
from exodrive.payments.states import PaymentState

# A worker reads the order within a second; when PayPal is slow, the button comes back after this.
LOOKING_FOR = timedelta(seconds=30)
OPEN = (OperationState.WANTED, OperationState.CALLED)
DONE = frozenset(
    {
        PaymentState.AUTHORIZED,
        PaymentState.PARTIALLY_CAPTURED,
        PaymentState.CAPTURED,
        PaymentState.PARTIALLY_REFUNDED,
        PaymentState.REFUNDED,
    }
)


class RailStep(NamedTuple):
    """One step of the rail, as `macros/booking.html` shows it."""

    name: str
    step: str
    note: str


class PayStep(StrEnum):
    """Where one payment stands, as its payer sees it."""

    NOT_BEGUN = "not_begun"
    PREPARING = "preparing"  # the link to PayPal is being made
    READY = "ready"  # the payer can go to PayPal
    CHECKING = "checking"  # the payer came back, or agreed: PayPal is being asked
    REVIEW = "review"  # PayPal looks at the payment itself
    DECLINED = "declined"
    LAPSED = "lapsed"  # the link is too old
    STUCK = "stuck"  # PayPal refused in a way that a person must look at
    DONE = "done"

    @property
    def moving(self) -> bool:
        """Whether something is under way that will change the page by itself."""
        return self in (PayStep.PREPARING, PayStep.READY, PayStep.CHECKING, PayStep.REVIEW)


def of_payment(payment: Payment | None, *, at: datetime) -> PayStep:
    """Where a payment stands at a moment."""
    if payment is None:
        return PayStep.NOT_BEGUN
    if payment.state in DONE:
        return PayStep.DONE
    if payment.state == PaymentState.APPROVED:
        return _of_approved(payment)
    if _open(payment, OperationKind.CREATE_ORDER) or _open(payment, OperationKind.PATCH_ORDER):
        return PayStep.PREPARING
    order = opening.usable_order(payment, at=at)
    if order is not None:
        return PayStep.CHECKING if _just_returned(order, at=at) else PayStep.READY
    return _without_order(payment)


def _without_order(payment: Payment) -> PayStep:
    """There is nowhere to send the payer: nothing was begun, or it ended without success."""
    refused = operations.declined(payment)
    if refused is not None and refused.kind == OperationKind.CREATE_ORDER:
        return _of_refused(refused.code)
    if payment.state == PaymentState.OPENED:
        return PayStep.STUCK if payment.operations else PayStep.NOT_BEGUN
    return PayStep.DECLINED if payment.state == PaymentState.FAILED else PayStep.LAPSED


def _of_refused(code: str | None) -> PayStep:
    """An order that was not even made: the payer was refused, or the house, for which a person must look."""
    if code not in recording.PAYER:
        return PayStep.STUCK
    return PayStep.LAPSED if code in refusals.LAPSED else PayStep.DECLINED


def _of_approved(payment: Payment) -> PayStep:
    waiting = any(row.status == "PENDING" for row in tree.authorizations(payment))
    refused = [
        row
        for row in payment.operations
        if row.kind == OperationKind.AUTHORIZE and row.state == OperationState.REJECTED
    ]
    if waiting:
        return PayStep.REVIEW
    return PayStep.STUCK if refused and not _open(payment, OperationKind.AUTHORIZE) else PayStep.CHECKING


def _open(payment: Payment, kind: OperationKind) -> bool:
    return any(row.kind == kind and row.state in OPEN for row in payment.operations)


def _just_returned(order: Order, *, at: datetime) -> bool:
    return order.returned_at is not None and at < order.returned_at + LOOKING_FOR
