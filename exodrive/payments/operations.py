"""Operations: want one, claim it for the call, and settle it by its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.models import Authorization, Capture, Operation, OperationKind, OperationState, Payment

WANTED = "payment.wanted"
OPEN = frozenset({OperationState.WANTED, OperationState.CALLED})


# What moves money, or may: an order that nobody has approved yet does not.
ORDERING = frozenset({OperationKind.CREATE_ORDER, OperationKind.PATCH_ORDER})
MOVES_MONEY = frozenset(OperationKind) - ORDERING
# What the payer is on the way for: to approve, and to have held.
TO_THE_PAYER = frozenset({OperationKind.CREATE_ORDER, OperationKind.AUTHORIZE})


class OperationNotFound(NotFound):
    code = "operation_not_found"


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker needs to make the call, read in one transaction and used outside of any."""

    operation_id: UUID
    payment_id: UUID
    booking_id: UUID
    purpose: str
    kind: OperationKind
    request_id: str
    invoice_id: str
    amount: Money
    final: bool
    called_before: bool
    order_id: str | None = None  # PayPal's ids, from here on
    authorization_id: str | None = None
    capture_id: str | None = None


def want(
    payment: Payment,
    kind: OperationKind,
    *,
    at: datetime,
    target_id: UUID | None = None,
    amount: Money | None = None,
    final: bool = True,
    reason: str | None = None,
    again: bool = False,
) -> Operation:
    """Write down that a call is wanted and send it on its way; an open one of the same kind is returned.

    So is one that PayPal refused for the same target, unless a person wants it `again`: what runs by itself
    must not ask for ever. The payment must be locked by the caller.
    """
    for operation in reversed(payment.operations):
        if operation.kind != kind:
            continue
        if operation.state in OPEN:
            return operation
        if operation.state == OperationState.REJECTED and operation.target_id == target_id and not again:
            return operation
    operation = Operation(
        id=new_id(),
        payment_id=payment.id,
        kind=kind,
        target_id=target_id,
        amount=amount.amount if amount else None,
        final=final,
        state=OperationState.WANTED,
        reason=reason,
        created_at=at,
    )
    payment.operations.append(operation)
    session().flush()
    outbox.emit(WANTED, subject_id=payment.booking_id, operation_id=str(operation.id))
    return operation


def claim(operation_id: UUID, *, at: datetime) -> Request | None:
    """Mark the operation as called and return its request; None if it is settled already.

    Raises OperationNotFound.
    """
    payment, operation = locked(operation_id)
    if operation.state not in OPEN:
        return None
    called_before = operation.state == OperationState.CALLED
    operation.state = OperationState.CALLED
    operation.called_at = operation.called_at or at
    session().flush()
    return _request(operation, payment, called_before=called_before)


def _request(operation: Operation, payment: Payment, *, called_before: bool) -> Request:
    order_id = authorization_id = capture_id = None
    for order in payment.orders:
        if operation.target_id == order.id:
            order_id = order.paypal_id
        for authorization in order.authorizations:
            if operation.target_id == authorization.id:
                order_id, authorization_id = order.paypal_id, authorization.paypal_id
            for capture in authorization.captures:
                if operation.target_id == capture.id:
                    order_id, capture_id = order.paypal_id, capture.paypal_id
    return Request(
        operation_id=operation.id,
        payment_id=payment.id,
        booking_id=payment.booking_id,
        purpose=payment.purpose,
        kind=OperationKind(operation.kind),
        request_id=operation.request_id,
        invoice_id=operation.invoice_id,
        amount=Money(operation.amount if operation.amount is not None else payment.amount, payment.currency),
        final=operation.final,
        called_before=called_before,
        order_id=order_id,
        authorization_id=authorization_id,
        capture_id=capture_id,
    )


def money_moves(payment: Payment) -> bool:
    """Whether a call is under way after which the figures may be others."""
    return any(row.state in OPEN and row.kind in MOVES_MONEY for row in payment.operations)


def released_by_us(payment: Payment) -> bool:
    """Whether the newest hold was ended by a wish of the house's; a renewal ends with its original."""
    newest = max(tree.standing(payment), key=lambda row: row.created_at, default=None)
    if newest is None:
        return False
    ends = {newest.id, newest.parent_id}
    return any(row.kind == OperationKind.VOID and row.target_id in ends for row in payment.operations)


def declined(payment: Payment) -> Operation | None:
    """The refused call that the payer was to be sent to PayPal for, or held to: nothing has followed it."""
    theirs = [row for row in payment.operations if row.kind in TO_THE_PAYER]
    return theirs[-1] if theirs and theirs[-1].state == OperationState.REJECTED else None


def settle(
    operation: Operation, *, at: datetime, code: str | None = None, debug_id: str | None = None
) -> None:
    """Close the operation as done, or as rejected with PayPal's `code`."""
    operation.state = OperationState.REJECTED if code else OperationState.DONE
    operation.code = code
    operation.debug_id = debug_id
    operation.settled_at = at
    session().flush()


def locked(operation_id: UUID) -> tuple[Payment, Operation]:
    """The operation under its payment's lock, which guards all operations of the payment.

    Raises OperationNotFound.
    """
    payment_id = session().scalar(select(Operation.payment_id).where(Operation.id == operation_id))
    if payment_id is None:
        raise OperationNotFound(str(operation_id))
    payment = tree.lock(payment_id)
    return payment, next(row for row in payment.operations if row.id == operation_id)


def one(operation_id: UUID) -> tuple[Operation, Payment]:
    """An operation with its payment, to be looked at. Raises OperationNotFound."""
    found = session().scalar(
        select(Operation).where(Operation.id == operation_id).options(joinedload(Operation.payment))
    )
    if found is None:
        raise OperationNotFound(str(operation_id))
    return found, found.payment


def target_authorization(payment: Payment, operation: Operation) -> Authorization | None:
    """The authorization that an operation is done to."""
    return next((row for row in tree.authorizations(payment) if row.id == operation.target_id), None)


def target_capture(payment: Payment, operation: Operation) -> Capture | None:
    """The capture that an operation is done to."""
    return next((row for row in tree.captures(payment) if row.id == operation.target_id), None)
