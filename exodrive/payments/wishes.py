"""What a booking may ask of its payment: authorize, capture, release, give back.

Each is safe to ask twice. The payment must be locked by the caller; the work is done later by a worker.
"""

from __future__ import annotations

from datetime import datetime

from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money
from exodrive.payments import operations, plan, states, tree
from exodrive.payments.models import Authorization, Capture, OperationKind, OperationState, Payment


class NothingHeld(Refused):
    """There is no live authorization to take money from or to release."""

    code = "nothing_held"


class TooMuch(Refused):
    """More was asked than is there."""

    code = "amount_too_large"


def authorize(payment: Payment, *, at: datetime) -> None:
    """Authorize the order that the payer approved."""
    for order in payment.orders:
        if order.status == "APPROVED" and not order.authorizations:
            operations.want(payment, OperationKind.AUTHORIZE, target_id=order.id, at=at)


def capture(payment: Payment, *, amount: Money, at: datetime, reason: str | None = None) -> None:
    """Take `amount`; the rest of the authorization is released with it.

    Where PayPal no longer guarantees the money, it is reauthorized first, once, from the original. Raises
    NothingHeld or TooMuch.
    """
    held = tree.live_authorization(payment)
    if held is None:
        raise NothingHeld
    if not Money.zero(amount.currency) < amount <= Money(held.amount, held.currency):
        raise TooMuch
    payment.capture_at = None
    if _asked_before(payment, held):
        return
    if _renewal_under_way(payment) or _wants_renewal(payment, held, at=at):
        payment.intended_amount = amount.amount
        operations.want(
            payment, OperationKind.REAUTHORIZE, target_id=held.id, amount=payment.money, at=at, reason=reason
        )
        return
    payment.intended_amount = None
    operations.want(payment, OperationKind.CAPTURE, target_id=held.id, amount=amount, at=at, reason=reason)


def capture_as_intended(payment: Payment, *, at: datetime) -> None:
    """Go on with a capture that waited for a reauthorization, whether or not that was granted."""
    if payment.intended_amount is not None and tree.live_authorization(payment) is not None:
        capture(payment, amount=Money(payment.intended_amount, payment.currency), at=at)


def release(payment: Payment, *, at: datetime, reason: str | None = None) -> None:
    """Void what is held. Of a reauthorized payment the original is voided: PayPal refuses the other."""
    payment.capture_at = None
    payment.intended_amount = None
    held = tree.live_authorization(payment)
    if held is not None:
        operations.want(
            payment, OperationKind.VOID, target_id=held.parent_id or held.id, at=at, reason=reason
        )


def refund(payment: Payment, *, amount: Money, at: datetime, reason: str | None = None) -> None:
    """Give back `amount` of what was captured. Raises TooMuch."""
    taken = next((row for row in tree.captures(payment) if _left(row) >= amount.amount), None)
    if taken is None:
        raise TooMuch
    operations.want(payment, OperationKind.REFUND, target_id=taken.id, amount=amount, at=at, reason=reason)


def _left(capture: Capture) -> int:
    if capture.status not in states.SETTLED_CAPTURES:
        return 0
    gone = sum(row.amount for row in capture.refunds if row.status in ("COMPLETED", "PENDING"))
    return capture.amount - gone


def _asked_before(payment: Payment, held: Authorization) -> bool:
    """A capture is under way, whose answer comes first; or this hold's was refused, and a person decides."""
    return any(
        row.kind == OperationKind.CAPTURE
        and (
            row.state in operations.OPEN
            or (row.state == OperationState.REJECTED and row.target_id == held.id)
        )
        for row in payment.operations
    )


def _renewal_under_way(payment: Payment) -> bool:
    """A capture beside it would be of an authorization that is being replaced."""
    return any(
        row.kind == OperationKind.REAUTHORIZE and row.state in operations.OPEN for row in payment.operations
    )


def _wants_renewal(payment: Payment, held: Authorization, *, at: datetime) -> bool:
    """Once, always of the original; a refused reauthorization is not asked for again."""
    return (
        held.parent_id is None
        and not any(row.kind == OperationKind.REAUTHORIZE for row in payment.operations)
        and plan.reauthorize_first(authorized_at=held.created_at, expires_at=held.expires_at, at=at)
    )
