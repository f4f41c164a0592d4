"""Having PayPal renew what it holds, by hand: once, always the original, from its fourth day on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.by_hand import purse
from exodrive.bookings.models import Booking
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import DomainError, Refused
from exodrive.payments import steps, wishes
from exodrive.payments.models import Operation, Payment
from exodrive.payments.states import Purpose


class RenewalTooSoon(Refused):
    """PayPal renews a hold from its fourth day on. `start` is when."""

    code = "renewal_too_soon"

    def __init__(self, start: datetime) -> None:
        super().__init__(start.isoformat())
        self.start = start


class RenewalImpossible(Refused):
    """PayPal renews a hold once, and none that something was taken from."""

    code = "renewal_impossible"


def possible(booking: Booking, payment: Payment | None, *, at: datetime) -> bool:
    """Whether it could be renewed by hand now."""
    if payment is None:
        return False
    try:
        check(booking, payment, at=at)
    except DomainError:
        return False
    return True


def check(booking: Booking, payment: Payment, *, at: datetime) -> None:
    """Raises RenewalTooSoon, RenewalImpossible, HoldClosed, NothingHeld, HoldOver or MoneyUnderWay."""
    purse.held(booking, payment, at=at)
    hold = steps.hold_of(payment)
    start = hold.renewable_from if hold is not None else None
    if start is None:
        raise RenewalImpossible
    if at < start:
        raise RenewalTooSoon(start)


def reauthorize(
    booking_id: UUID,
    *,
    purpose: Purpose,
    reason: str,
    by: Actor,
    at: datetime,
    number: int = 1,
    version: int | None = None,
) -> Operation:
    """Have the hold renewed: PayPal answers for the money for three days more, and never beyond its end.

    Raises NothingPaid, HoldClosed, NothingHeld, HoldOver, MoneyUnderWay, AlreadySettling, RenewalTooSoon,
    RenewalImpossible, Stale.
    """
    booking, payment = purse.opened(booking_id, purpose, number=number, version=version)
    check(booking, payment, at=at)
    operation = wishes.renew(payment, at=at, reason=reason, again=True)
    transitions.note(
        booking,
        "payment.renewal_wanted",
        by=by,
        at=at,
        reason=reason,
        purpose=purpose,
        amount=payment.amount,
        currency=payment.currency,
    )
    return operation
