"""What a booking may ask of its payment: authorize, capture, release, give back.

Each is safe to ask twice. The payment must be locked by the caller; the work is done later by a worker.
"""

from __future__ import annotations

from datetime import datetime

from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money
from exodrive.payments import operations, plan, states, steps, tree
from exodrive.payments.models import Authorization, Operation, OperationKind, OperationState, Payment
from exodrive.payments.plan import StepKind


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


def capture(
    payment: Payment,
    *,
    amount: Money,
    at: datetime,
    final: bool = True,
    reason: str | None = None,
    again: bool = False,
) -> Operation | None:
    """Take `amount`; where that is `final`, the rest of the authorization is released with it.

    What is not final leaves the plan as it is: the rest is still to be taken. Where PayPal no longer
    guarantees the money, it is reauthorized first, once, from the original. One that was refused is asked for
    `again` by a person only; returns None where nothing new is asked. Raises NothingHeld or TooMuch.
    """
    held = tree.live_authorization(payment)
    if held is None:
        raise NothingHeld
    if not Money.zero(amount.currency) < amount <= tree.left(held):
        raise TooMuch
    final = final or amount == tree.left(held)
    if not again and _asked_before(payment, held):
        return None
    if _renewal_under_way(payment) or _wants_renewal(payment, held, at=at):
        payment.intended_amount, payment.intended_final = amount.amount, final
        operation = renew(payment, at=at, reason=reason)
    else:
        payment.intended_amount = None
        operation = operations.want(
            payment, OperationKind.CAPTURE, target_id=held.id, amount=amount, final=final, at=at,
            reason=reason, again=again,
        )  # fmt: skip
    if final:
        steps.engage(payment, StepKind.CAPTURE, operation, at=at)
        steps.end(payment, steps.OF_A_HOLD, cause="taken", at=at)
    return operation


def renew(payment: Payment, *, at: datetime, reason: str | None = None, again: bool = False) -> Operation:
    """Have PayPal renew what it holds: once, always the original. Raises NothingHeld."""
    held = tree.live_authorization(payment)
    if held is None:
        raise NothingHeld
    operation = operations.want(
        payment,
        OperationKind.REAUTHORIZE,
        target_id=held.parent_id or held.id,
        amount=Money(held.amount, held.currency),
        at=at,
        reason=reason,
        again=again,
    )
    steps.engage(payment, StepKind.REAUTHORIZE, operation, at=at)
    return operation


def capture_rest(
    payment: Payment, *, at: datetime, reason: str | None = None, again: bool = False
) -> Operation | None:
    """Take what is still wanted of what is held, as the plan says. Raises NothingHeld.

    Less than is held where the booking has become cheaper since; nothing at all is let go of.
    """
    held = tree.live_authorization(payment)
    if held is None:
        raise NothingHeld
    wanted = min(payment.money - tree.captured(payment), tree.left(held))
    if wanted.amount > 0:
        return capture(payment, amount=wanted, at=at, reason=reason, again=again)
    return release(payment, at=at, reason=reason, again=again)


def capture_as_intended(payment: Payment, *, at: datetime) -> None:
    """Go on with a capture that waited for a reauthorization, whether or not that was granted."""
    if payment.intended_amount is not None and tree.live_authorization(payment) is not None:
        intended = Money(payment.intended_amount, payment.currency)
        capture(payment, amount=intended, final=payment.intended_final, at=at)


def release(
    payment: Payment, *, at: datetime, reason: str | None = None, again: bool = False
) -> Operation | None:
    """Void what is held. Of a reauthorized payment the original is voided: PayPal refuses the other."""
    payment.intended_amount = None
    held = tree.live_authorization(payment)
    if held is None:
        steps.end(payment, steps.OF_A_HOLD, cause="released", at=at)
        return None
    operation = operations.want(
        payment, OperationKind.VOID, target_id=held.parent_id or held.id, at=at, reason=reason, again=again
    )
    steps.engage(payment, StepKind.RELEASE, operation, at=at)
    steps.end(payment, steps.OF_A_HOLD, cause="released", at=at)
    return operation


def release_older(payment: Payment, *, at: datetime) -> None:
    """Void what a newer approval has taken the place of: the payer's money is held once."""
    newest = tree.live_authorization(payment)
    for row in tree.standing(payment):
        if row is not newest and row.status in states.LIVE:
            operations.want(payment, OperationKind.VOID, target_id=row.parent_id or row.id, at=at)


def refund(
    payment: Payment, *, amount: Money, at: datetime, reason: str | None = None, again: bool = False
) -> Operation:
    """Give back `amount` of one capture, the newest that has it: PayPal refunds them one by one, and none for
    ever. Raises TooMuch."""
    able = (row for row in tree.captures(payment) if tree.refundable(row) >= amount.amount)
    taken = max(able, key=lambda row: row.created_at, default=None)
    if taken is None or amount.amount <= 0:
        raise TooMuch
    return operations.want(
        payment, OperationKind.REFUND, target_id=taken.id, amount=amount, at=at, reason=reason, again=again
    )


def refund_towards(payment: Payment, *, amount: Money, at: datetime) -> None:
    """Give back `amount`, capture by capture: what one refund cannot hold is asked for after it."""
    most = max((tree.refundable(row) for row in tree.captures(payment)), default=0)
    if most:
        refund(payment, amount=min(amount, Money(most, amount.currency)), at=at)


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
        and not held.captures  # PayPal renews nothing that was taken from
        and not any(
            row.kind == OperationKind.REAUTHORIZE and row.target_id == held.id for row in payment.operations
        )
        and plan.reauthorize_first(authorized_at=held.created_at, expires_at=held.expires_at, at=at)
    )
