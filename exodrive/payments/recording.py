"""Recording an answer: merge it into the tree, settle its operation, and say what has come of it.

The outcomes are what the booking has to react to; they are returned, so that whoever records can let the
booking move in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.payments import operations, states, tree
from exodrive.payments.calling import Answer
from exodrive.payments.models import Authorization, Operation, OperationKind, Order, Payment
from exodrive.payments.ports import AuthorizationAnswer, CaptureAnswer, OrderAnswer, RefundAnswer


class Fact(StrEnum):
    ORDERED = "ordered"  # the payer can go to PayPal
    APPROVED = "approved"  # the payer agreed: the money can be authorized
    AUTHORIZED = "authorized"
    IN_REVIEW = "in_review"  # PayPal looks at the authorization before it stands
    DECLINED = "declined"  # the payer must choose again
    MISMATCH = "mismatch"  # PayPal's figure is not ours
    REAUTHORIZED = "reauthorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    REJECTED = "rejected"  # PayPal refuses, and a person must look


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a payment. `code` is PayPal's word, where it refused; `paypal_id` is of its subject."""

    fact: Fact
    payment_id: UUID
    booking_id: UUID
    purpose: str
    code: str | None = None
    paypal_id: str | None = None


# The payer can put these right by approving anew, perhaps with another way to pay: providers' error table.
PAYER = frozenset(
    {
        "INSTRUMENT_DECLINED",
        "PAYER_ACTION_REQUIRED",
        "ORDER_NOT_APPROVED",
        "PAYER_CANNOT_PAY",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "TRANSACTION_REFUSED",
        "TRANSACTION_LIMIT_EXCEEDED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "AUTHORIZATION_DENIED",
        "ORDER_EXPIRED",
        "RESOURCE_NOT_FOUND",
        "INVALID_RESOURCE_ID",
    }
)
# The wish has been fulfilled by somebody else, or by an answer that was lost: read, and go on.
ALREADY = frozenset(
    {
        "ORDER_ALREADY_AUTHORIZED",
        "AUTHORIZATION_ALREADY_CAPTURED",
        "PREVIOUSLY_VOIDED",
        "PREVIOUSLY_CAPTURED",
        "AUTHORIZATION_VOIDED",
        "CAPTURE_FULLY_REFUNDED",
        "DUPLICATE_INVOICE_ID",
    }
)


def answered(operation_id: UUID, answer: Answer, *, at: datetime) -> list[Outcome]:
    """Record the answer to an operation's call."""
    payment, operation = operations.locked(operation_id)
    before = snapshot(payment)
    _merge(payment, operation, answer, at=at)
    if operation.state in operations.OPEN:
        # A capture can fail in an answer that is no error: it stays refused until a person asks again.
        failed = isinstance(answer, CaptureAnswer) and answer.status in states.FAILED_CAPTURES
        operations.settle(operation, at=at, code=f"CAPTURE_{answer.status}" if failed else None)
    return _outcomes(payment, before, at=at)


def read(payment_id: UUID, answer: OrderAnswer, *, at: datetime) -> list[Outcome]:
    """Record what reading an order has shown, whoever asked for it."""
    payment = tree.lock(payment_id)
    before = snapshot(payment)
    tree.merge_order(payment, answer, at=at)
    return _outcomes(payment, before, at=at)


def read_authorization(payment_id: UUID, answer: AuthorizationAnswer, *, at: datetime) -> list[Outcome]:
    """Record what reading one authorization has shown: reauthorizations are in no order's list."""
    payment = tree.lock(payment_id)
    before = snapshot(payment)
    for row in tree.authorizations(payment):
        if row.paypal_id == answer.paypal_id:
            tree.merge_authorization(tree.order_of(payment, row), answer, at=at)
    return _outcomes(payment, before, at=at)


def refused(operation_id: UUID, refusal: GatewayRejected, *, at: datetime) -> list[Outcome]:
    """Record a refusal. One that the payer can put right is a decline; the rest wants a person."""
    payment, operation = operations.locked(operation_id)
    operations.settle(operation, at=at, code=refusal.code, debug_id=refusal.reference)
    payers_turn = operation.kind in (OperationKind.CREATE_ORDER, OperationKind.AUTHORIZE)
    declined = payers_turn and refusal.code in PAYER
    if declined:
        for order in payment.orders:
            if order.id == operation.target_id:
                order.status = (
                    states.EXPIRED_ORDER if refusal.code == "ORDER_EXPIRED" else states.DECLINED_ORDER
                )
    tree.refresh_state(payment, at=at)
    return [_outcome(payment, Fact.DECLINED if declined else Fact.REJECTED, code=refusal.code)]


def expired(payment_id: UUID, order_id: UUID, *, at: datetime) -> list[Outcome]:
    """Record that PayPal no longer knows an order that nobody approved."""
    payment = tree.lock(payment_id)
    for order in payment.orders:
        if order.id == order_id and not order.authorizations:
            order.status = states.EXPIRED_ORDER
    tree.refresh_state(payment, at=at)
    return []


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A payment before a merge, to tell what is new."""

    orders: dict[UUID, str]
    authorizations: dict[UUID, str]
    captures: dict[UUID, str]
    captured: Money
    refunded: Money


def snapshot(payment: Payment) -> Snapshot:
    return Snapshot(
        orders={order.id: order.status for order in payment.orders},
        authorizations={row.id: row.status for row in tree.authorizations(payment)},
        captures={row.id: row.status for row in tree.captures(payment)},
        captured=tree.captured(payment),
        refunded=tree.refunded(payment),
    )


def _merge(payment: Payment, operation: Operation, answer: Answer, *, at: datetime) -> None:
    match answer:
        case OrderAnswer():
            tree.merge_order(payment, answer, at=at)
        case AuthorizationAnswer():
            target = operations.target_authorization(payment, operation)
            if target is not None:
                renewed = operation.kind == OperationKind.REAUTHORIZE
                order = tree.order_of(payment, target)
                tree.merge_authorization(order, answer, at=at, parent=target if renewed else None)
        case CaptureAnswer():
            target = operations.target_authorization(payment, operation)
            if target is not None:
                tree.merge_capture(payment, target, answer, at=at)
                if answer.status not in states.FAILED_CAPTURES:
                    # A pending one too: while the bank thinks, nothing more is taken from the same hold.
                    word = "CAPTURED" if answer.final else "PARTIALLY_CAPTURED"
                    target.status = states.later("authorization", target.status, word)
        case RefundAnswer():
            taken = operations.target_capture(payment, operation)
            if taken is not None:
                tree.merge_refund(payment, taken, answer, at=at)


def _outcomes(payment: Payment, before: Snapshot, *, at: datetime) -> list[Outcome]:
    """What is true now and was not before, each with PayPal's id of it."""
    tree.refresh_state(payment, at=at)
    found: list[tuple[Fact | None, str]] = [
        *((_order_fact(order, before), order.paypal_id) for order in payment.orders),
        *((_authorization_fact(row, payment, before), row.paypal_id) for row in tree.authorizations(payment)),
    ]
    captures = list(tree.captures(payment))
    if before.captured < tree.captured(payment):
        found.append((Fact.CAPTURED, captures[-1].paypal_id))
    for capture in captures:
        if capture.status in states.FAILED_CAPTURES and before.captures.get(capture.id) != capture.status:
            found.append((Fact.REJECTED, capture.paypal_id))
    if before.refunded < tree.refunded(payment):
        refunds = [refund for capture in captures for refund in capture.refunds]
        found.append((Fact.REFUNDED, refunds[-1].paypal_id))
    return [_outcome(payment, fact, paypal_id=paypal_id) for fact, paypal_id in found if fact is not None]


def _order_fact(order: Order, before: Snapshot) -> Fact | None:
    if before.orders.get(order.id) == order.status:
        return None
    if order.status == "APPROVED":
        return Fact.APPROVED
    return Fact.ORDERED if order.id not in before.orders and order.approve_url else None


def _authorization_fact(row: Authorization, payment: Payment, before: Snapshot) -> Fact | None:
    if before.authorizations.get(row.id) == row.status:
        return None
    if row.parent_id is not None and row.status in states.LIVE:
        return Fact.REAUTHORIZED
    if row.status == "CREATED":
        whole = (row.amount, row.currency) == (payment.amount, payment.currency)
        return Fact.AUTHORIZED if whole else Fact.MISMATCH
    return AUTHORIZATION_FACTS.get(row.status)


AUTHORIZATION_FACTS = {"PENDING": Fact.IN_REVIEW, "DENIED": Fact.DECLINED, "VOIDED": Fact.VOIDED}


def _outcome(
    payment: Payment, fact: Fact, *, code: str | None = None, paypal_id: str | None = None
) -> Outcome:
    return Outcome(fact, payment.id, payment.booking_id, payment.purpose, code, paypal_id)
