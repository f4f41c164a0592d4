"""A booking's money in the hands of staff: locked, and only where nothing else is moving it.

What follows by itself (the plan, the settlement, unwinding) goes on after a deed by hand, from the amounts as
they are then. So a deed is refused only while an answer of PayPal's is awaited, or where it could do nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.money.settlement import AlreadySettling
from exodrive.bookings.states import State
from exodrive.kernel.errors import Conflict, NotFound, Refused
from exodrive.kernel.money import Money
from exodrive.payments import operations, plan, tree
from exodrive.payments.models import Authorization, Payment
from exodrive.payments.states import Purpose
from exodrive.payments.wishes import NothingHeld, TooMuch

# States in which staff may take or let go of what PayPal holds; after them it is unwound by itself.
HOLDS = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})


class NothingPaid(NotFound):
    """There is no payment for this purpose."""

    code = "nothing_paid"


class MoneyUnderWay(Conflict):
    """PayPal has not answered yet to what was asked before; after it the figures may be others."""

    code = "money_under_way"


class HoldClosed(Conflict):
    """In this state of the booking nobody takes or lets go of its money by hand."""

    code = "hold_closed"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class HoldOver(Refused):
    """PayPal's hold has ended: it would refuse to take anything from it."""

    code = "hold_over"


class NoAmount(Refused):
    """An amount is more than nothing, and in the booking's currency."""

    code = "no_amount"


class AmountBeyond(TooMuch):
    """More than there is. `most` can be asked for at once."""

    def __init__(self, most: Money) -> None:
        super().__init__(most.to_text())
        self.most = most


def opened(
    booking_id: UUID, purpose: Purpose, *, number: int = 1, version: int | None = None
) -> tuple[Booking, Payment]:
    """The booking and one of its payments, both locked. Of several changes, the one of this `number`.

    Raises BookingNotFound, Stale or NothingPaid.
    """
    booking = transitions.lock(booking_id, version=version)
    for payment in tree.lock_all(booking.id):
        if (payment.purpose, payment.number) == (purpose, number):
            return booking, payment
    raise NothingPaid(purpose)


def check_quiet(booking: Booking, payment: Payment) -> None:
    """Raises AlreadySettling or MoneyUnderWay."""
    if booking.state == State.RETURNED and booking.settling_at is not None:
        raise AlreadySettling
    if operations.money_moves(payment):
        raise MoneyUnderWay


def held(booking: Booking, payment: Payment, *, at: datetime) -> Authorization:
    """The hold that staff may act on now.

    Raises HoldClosed, NothingHeld, HoldOver, AlreadySettling or MoneyUnderWay.
    """
    if booking.state not in HOLDS:
        raise HoldClosed(State(booking.state))
    check_quiet(booking, payment)
    found = tree.live_authorization(payment)
    if found is None:
        raise NothingHeld
    if at >= (found.expires_at or found.created_at + plan.LIFE):
        raise HoldOver
    return found


def check_amount(amount: Money, *, most: Money) -> None:
    """Raises NoAmount or AmountBeyond."""
    if amount.currency != most.currency or amount.amount <= 0:
        raise NoAmount
    if amount > most:
        raise AmountBeyond(most)
