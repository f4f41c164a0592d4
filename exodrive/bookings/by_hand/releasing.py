"""Letting go of held money by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.by_hand import purse
from exodrive.kernel.actors import Actor
from exodrive.payments import tree, wishes
from exodrive.payments.models import Operation
from exodrive.payments.states import Purpose


def void(
    booking_id: UUID,
    *,
    purpose: Purpose,
    reason: str,
    by: Actor,
    at: datetime,
    number: int = 1,
    version: int | None = None,
) -> Operation:
    """Have PayPal let go of all that it still holds; what was taken before stays taken.

    Raises NothingPaid, HoldClosed, NothingHeld, HoldOver, MoneyUnderWay, AlreadySettling, Stale.
    """
    booking, payment = purse.opened(booking_id, purpose, number=number, version=version)
    left = tree.left(purse.held(booking, payment, at=at))
    operation = wishes.release(payment, at=at, reason=reason, again=True)
    if operation is None:
        raise wishes.NothingHeld
    transitions.note(
        booking,
        "payment.void_wanted",
        by=by,
        at=at,
        reason=reason,
        purpose=purpose,
        amount=left.amount,
        currency=left.currency,
    )
    return operation
