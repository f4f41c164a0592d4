"""Recording an answer: merge it into the tree, settle its operation, and say what has come of it.

The outcomes are what the booking has to react to; they are returned, so that whoever records can let the
booking move in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.payments import merging, operations, refusals, repricing, states, steps, tree
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


# The payer can put these right by approving anew, perhaps with another way to pay.
PAYER = refusals.PAYER | refusals.ANOTHER_WAY | refusals.GONE - {"AUTHORIZATION_EXPIRED"}
# The wish has been fulfilled by somebody else, or by an answer that was lost: read, and go on.
ALREADY = refusals.DONE


def answered(operation_id: UUID, answer: Answer, *, at: datetime) -> list[Outcome]:
    """Record the answer to an operation's call."""
    payment, operation = operations.locked(operation_id)
    before = snapshot(payment)
    _merge(payment, operation, answer, at=at)
    opened = operation.state in operations.OPEN
    if opened:
        # A capture can fail in an answer that is no error: it stays refused until a person asks again.
        failed = isinstance(answer, CaptureAnswer) and answer.status in states.FAILED_CAPTURES
        operations.settle(operation, at=at, code=f"CAPTURE_{answer.status}" if failed else None)
    outcomes = _outcomes(payment, before, at=at)
    steps.follow(payment, at=at)
    if operation.kind == OperationKind.REAUTHORIZE and not outcomes:
        # A reading of the order was faster. What waited for the renewal waited for this answer too.
        outcomes.append(_outcome(payment, Fact.REAUTHORIZED))
    if opened and repricing.keep_to_amount(payment, operation, at=at):
        outcomes.append(_outcome(payment, Fact.ORDERED))
    return outcomes


def read(payment_id: UUID, answer: OrderAnswer, *, at: datetime) -> list[Outcome]:
    """Record what reading an order has shown, whoever asked for it."""
    payment = tree.lock(payment_id)
    before = snapshot(payment)
    merging.order(payment, answer, at=at)
    outcomes = _outcomes(payment, before, at=at)
    steps.follow(payment, at=at)
    return outcomes


def read_authorization(payment_id: UUID, answer: AuthorizationAnswer, *, at: datetime) -> list[Outcome]:
    """Record what reading one authorization has shown: reauthorizations are in no order's list."""
    payment = tree.lock(payment_id)
    before = snapshot(payment)
    for row in tree.authorizations(payment):
        if row.paypal_id == answer.paypal_id:
            merging.authorization(tree.order_of(payment, row), answer, at=at)
    outcomes = _outcomes(payment, before, at=at)
    steps.follow(payment, at=at)
    return outcomes


def refused(operation_id: UUID, refusal: GatewayRejected, *, at: datetime) -> list[Outcome]:
    """Record a refusal. One that the payer can put right is a decline; the rest wants a person."""
    payment, operation = operations.locked(operation_id)
    operations.settle(operation, at=at, code=refusal.code, debug_id=refusal.reference)
    payers_turn = operation.kind in (OperationKind.CREATE_ORDER, OperationKind.AUTHORIZE)
    declined = payers_turn and refusal.code in PAYER
    if declined:
        for order in payment.orders:
            if order.id == operation.target_id:
                lapsed = refusal.code in refusals.LAPSED
                order.status = states.EXPIRED_ORDER if lapsed else states.DECLINED_ORDER
    tree.refresh_state(payment, at=at)
    steps.follow(payment, at=at)
    return [_outcome(payment, Fact.DECLINED if declined else Fact.REJECTED, code=refusal.code)]


def overtaken(
    operation_id: UUID, refusal: GatewayRejected, shown: Iterable[Answer], *, at: datetime
) -> list[Outcome]:
    """Record a refusal that says it was done before: what PayPal shows of it counts.

    Where it shows nothing of it, the refusal stands, and a person has to look: money is not taken for taken
    because a number was used up.
    """
    payment, operation = operations.locked(operation_id)
    before = snapshot(payment)
    for answer in shown:
        _merge(payment, operation, answer, at=at)
    came_true = _is_shown(payment, operation)
    if operation.state in operations.OPEN:
        code, reference = (None, None) if came_true else (refusal.code, refusal.reference)
        operations.settle(operation, at=at, code=code, debug_id=reference)
    outcomes = _outcomes(payment, before, at=at)
    steps.follow(payment, at=at)
    if not came_true:
        outcomes.append(_outcome(payment, Fact.REJECTED, code=refusal.code))
    return outcomes


def _is_shown(payment: Payment, operation: Operation) -> bool:
    """Whether what an operation wanted is so by now, by whomever it was done."""
    if operation.kind == OperationKind.AUTHORIZE:
        return any(order.authorizations for order in payment.orders if order.id == operation.target_id)
    if operation.kind == OperationKind.REFUND:
        taken = operations.target_capture(payment, operation)
        return taken is not None and (
            any(row.invoice_id == operation.invoice_id for row in taken.refunds) or not tree.refundable(taken)
        )
    held = operations.target_authorization(payment, operation)
    if held is None:
        return False
    ours = any(row.invoice_id == operation.invoice_id for row in held.captures)
    return ours or held.status not in states.LIVE


def not_patched(
    operation_id: UUID, refusal: GatewayRejected, shown: OrderAnswer | None, *, at: datetime
) -> list[Outcome]:
    """Record that an order keeps its old amount. `shown` is how PayPal has it; None where it is gone.

    The payer approved it meanwhile, which is a mismatch; else another order takes its place.
    """
    payment, operation = operations.locked(operation_id)
    before = snapshot(payment)
    operations.settle(operation, at=at, code=refusal.code, debug_id=refusal.reference)
    if shown is not None:
        merging.order(payment, shown, at=at)
    outcomes = _outcomes(payment, before, at=at)
    repricing.replace_order(payment, operation, at=at)
    tree.refresh_state(payment, at=at)
    return outcomes


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
            merging.order(payment, answer, at=at)
        case AuthorizationAnswer():
            target = operations.target_authorization(payment, operation)
            if target is not None:
                renewed = operation.kind == OperationKind.REAUTHORIZE
                order = tree.order_of(payment, target)
                merging.authorization(order, answer, at=at, parent=target if renewed else None)
        case CaptureAnswer():
            target = operations.target_authorization(payment, operation)
            if target is not None:
                merging.capture(payment, target, answer, at=at)
                if answer.status not in states.FAILED_CAPTURES:
                    # A pending one too: while the bank thinks, nothing more is taken from the same hold.
                    word = "CAPTURED" if answer.final else "PARTIALLY_CAPTURED"
                    target.status = states.later("authorization", target.status, word)
        case RefundAnswer():
            taken = operations.target_capture(payment, operation)
            if taken is not None:
                merging.refund(payment, taken, answer, at=at)


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
    return Fact.MISMATCH if order.status == states.OUTDATED_ORDER else None


def _authorization_fact(row: Authorization, payment: Payment, before: Snapshot) -> Fact | None:
    if before.authorizations.get(row.id) == row.status:
        return None
    if row.parent_id is not None and row.status in states.LIVE:
        # Once: what is taken from it later makes it live no more than it was.
        return None if before.authorizations.get(row.id) in states.LIVE else Fact.REAUTHORIZED
    if row.status == "CREATED":
        # After some was taken, the payer is asked to approve what is missing.
        missing = payment.money - before.captured
        whole = Money(row.amount, row.currency) == missing
        return Fact.AUTHORIZED if whole else Fact.MISMATCH
    return AUTHORIZATION_FACTS.get(row.status)


AUTHORIZATION_FACTS = {"PENDING": Fact.IN_REVIEW, "DENIED": Fact.DECLINED, "VOIDED": Fact.VOIDED}


def _outcome(
    payment: Payment, fact: Fact, *, code: str | None = None, paypal_id: str | None = None
) -> Outcome:
    return Outcome(fact, payment.id, payment.booking_id, payment.purpose, code, paypal_id)
