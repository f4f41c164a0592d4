"""Asking PayPal again for what it refused, once a person has looked why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.models import Attention
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict
from exodrive.kernel.money import Money
from exodrive.payments import operations, tree
from exodrive.payments.models import Operation, OperationKind, OperationState, Payment

# What the house wants of money it holds. A payer who was declined chooses again by themselves.
OURS = frozenset({OperationKind.CAPTURE, OperationKind.VOID, OperationKind.REFUND})


class NothingRefused(Conflict):
    """No call of this booking stands refused."""

    code = "nothing_refused"


def refused(payments: Iterable[Payment]) -> Operation | None:
    """The newest refused operation that nothing of its kind has followed. Payments come with operations."""
    last = [_last_of_kind(payment, kind) for payment in payments for kind in _kinds(payment)]
    standing = [row for row in last if row.state == OperationState.REJECTED]
    return max(standing, key=lambda row: row.created_at, default=None)


def retry(booking_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> None:
    """Want the refused call anew, under a key of its own. Raises NothingRefused, Stale."""
    booking = transitions.lock(booking_id, version=version)
    payments = [tree.lock(row.id) for row in tree.of_booking(booking.id).values()]
    operation = refused(payments)
    if operation is None:
        raise NothingRefused
    payment = next(row for row in payments if row.id == operation.payment_id)
    operations.want(
        payment,
        OperationKind(operation.kind),
        target_id=operation.target_id,
        amount=None if operation.amount is None else Money(operation.amount, payment.currency),
        at=at,
        reason=reason,
        again=True,
    )
    if booking.attention == Attention.PAYMENT_REFUSED:
        booking.attention = None
    transitions.note(
        booking, "payment.retried", by=by, at=at, reason=reason, kind=operation.kind, code=operation.code,
        purpose=payment.purpose,
    )  # fmt: skip


def _kinds(payment: Payment) -> set[str]:
    return {row.kind for row in payment.operations if row.kind in OURS}


def _last_of_kind(payment: Payment, kind: str) -> Operation:
    return [row for row in payment.operations if row.kind == kind][-1]
