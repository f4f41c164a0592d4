"""Taking held money by hand: the whole, or a part with the rest let go or still held."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.by_hand import purse
from exodrive.bookings.models import Booking
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import DomainError
from exodrive.kernel.money import Money
from exodrive.payments import tree, wishes
from exodrive.payments.models import Operation, Payment
from exodrive.payments.states import Purpose


def most(booking: Booking, payment: Payment | None, *, at: datetime) -> Money:
    """What could be taken by hand now; nothing where nothing can."""
    if payment is None:
        return Money.zero(booking.currency)
    try:
        return tree.left(purse.held(booking, payment, at=at))
    except DomainError:
        return Money.zero(booking.currency)


def capture(
    booking_id: UUID,
    *,
    purpose: Purpose,
    amount: Money | None,
    final: bool,
    reason: str,
    by: Actor,
    at: datetime,
    number: int = 1,
    version: int | None = None,
) -> Operation:
    """Have `amount` taken, None for all that is held; where `final`, PayPal lets go of the rest.

    What is not final stays held: the plan or the settlement takes it later. Where PayPal no longer guarantees
    the money it is renewed first, and the operation returned is that renewal. Raises NothingPaid, HoldClosed,
    NothingHeld, HoldOver, MoneyUnderWay, AlreadySettling, NoAmount, AmountBeyond, Stale.
    """
    booking, payment = purse.opened(booking_id, purpose, number=number, version=version)
    left = tree.left(purse.held(booking, payment, at=at))
    wanted = left if amount is None else amount
    purse.check_amount(wanted, most=left)
    operation = wishes.capture(payment, amount=wanted, final=final, at=at, reason=reason, again=True)
    if operation is None:
        raise purse.MoneyUnderWay
    final = final or wanted == left
    transitions.note(
        booking,
        "payment.capture_wanted",
        by=by,
        at=at,
        reason=reason,
        purpose=purpose,
        amount=wanted.amount,
        currency=wanted.currency,
        released=(left - wanted).amount if final else 0,
    )
    return operation
