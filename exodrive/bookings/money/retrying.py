"""Asking PayPal again for what it refused, once a person has looked why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from exodrive.bookings import changes, transitions
from exodrive.bookings.change_models import Change
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import asking_again
from exodrive.bookings.states import State
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict
from exodrive.kernel.money import Money
from exodrive.payments import opening, operations, recording, steps, tree
from exodrive.payments.models import Operation, OperationKind, OperationState, Payment
from exodrive.payments.states import PaymentState, Purpose

# What the house wants of money it holds. A payer who was declined chooses again by themselves; where the
# house is refused, before their approval or after it, the order can be tried again while it is wanted.
OURS = frozenset({OperationKind.CAPTURE, OperationKind.VOID, OperationKind.REFUND})
COUNTS_ON: dict[str, frozenset[State]] = {
    Purpose.RENTAL: frozenset({State.AWAITING_PAYMENT}),
    Purpose.DEPOSIT: frozenset({State.CONFIRMED, State.ON_RENT}),
}


class NothingRefused(Conflict):
    """No call of this booking stands refused."""

    code = "nothing_refused"


def refused(booking: Booking, payments: Iterable[Payment]) -> Operation | None:
    """The newest refused operation that nothing of its kind has followed. Payments come with operations."""
    standing = [row for payment in payments for row in _standing(booking, payment)]
    return max(standing, key=lambda row: row.created_at, default=None)


def retry(booking_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> Operation:
    """Want the refused call anew, under a key of its own. Raises NothingRefused, BookingNotFound, Stale."""
    booking = transitions.lock(booking_id, version=version)
    payments = tree.lock_all(booking.id)
    operation = refused(booking, payments)
    if operation is None:
        raise NothingRefused
    payment = next(row for row in payments if row.id == operation.payment_id)
    if operation.kind == OperationKind.AUTHORIZE:
        _pin(booking, payment)
    wanted = operations.want(
        payment,
        OperationKind(operation.kind),
        target_id=operation.target_id,
        amount=_amount(payment, operation),
        final=operation.final,
        at=at,
        reason=reason,
        again=True,
    )
    steps.resume(payment, wanted, at=at)
    if booking.attention == Attention.PAYMENT_REFUSED:
        booking.attention = None
    transitions.note(
        booking, "payment.retried", by=by, at=at, reason=reason, kind=operation.kind, code=operation.code,
        purpose=payment.purpose,
    )  # fmt: skip
    return wanted


def _standing(booking: Booking, payment: Payment) -> Iterator[Operation]:
    for kind in OURS:
        of_kind = [row for row in payment.operations if row.kind == kind]
        if of_kind and of_kind[-1].state == OperationState.REJECTED:
            yield of_kind[-1]
    stuck = operations.declined(payment)
    if stuck is not None and _is_ours(payment, stuck) and _is_wanted(booking, payment):
        yield stuck


def _is_ours(payment: Payment, stuck: Operation) -> bool:
    """Whether the house was refused: an order that was approved, or one that never came to the payer."""
    if stuck.kind == OperationKind.CREATE_ORDER:
        return stuck.code not in recording.PAYER
    return payment.state == PaymentState.APPROVED


def _pin(booking: Booking, payment: Payment) -> None:
    """As with the first try: the place, or the change, is kept while the authorization is under way."""
    if payment.purpose == Purpose.RENTAL:
        booking.expires_at = None
    if (change := _change_of(booking, payment)) is not None:
        change.expires_at = None


def _change_of(booking: Booking, payment: Payment) -> Change | None:
    """The change that waits for this payment."""
    change = changes.waiting(booking.id)
    return change if change is not None and change.payment_id == payment.id else None


def _is_wanted(booking: Booking, payment: Payment) -> bool:
    if asking_again.asked(payment) is not None:
        return booking.state in asking_again.COUNTS_ON_IT
    paid = payment.state not in opening.PAYABLE | {PaymentState.APPROVED}
    if payment.purpose == Purpose.CHANGE:
        return not paid and _change_of(booking, payment) is not None
    return not paid and booking.state in COUNTS_ON.get(payment.purpose, frozenset())


def _amount(payment: Payment, operation: Operation) -> Money | None:
    """An order is of what is wanted by now, whatever was wanted then."""
    if operation.kind == OperationKind.CREATE_ORDER:
        return asking_again.missing(payment)
    return None if operation.amount is None else Money(operation.amount, payment.currency)
