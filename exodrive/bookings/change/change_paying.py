"""What a change does when something has come of its money. Called like the rental's and the deposit's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from exodrive.bookings import attention, changes
from exodrive.bookings.change.change_rules import CHANGEABLE
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import ChangeState
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import asking_again
from exodrive.house import queries as houses
from exodrive.kernel import outbox
from exodrive.payments import wishes
from exodrive.payments.models import Payment

PAID = "booking.change_paid"
DECLINED = "booking.change_declined"
RELEASED = "booking.money_released"


def ordered(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer can go to PayPal: the time to pay counts from now."""
    change = _waiting(payment)
    if change is not None and change.expires_at is not None:
        _wait(booking, change, at=at)


def approved(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer agreed. The change is pinned while the authorization is under way."""
    change = _waiting(payment)
    if change is not None and booking.state in CHANGEABLE:
        change.expires_at = None
        wishes.authorize(payment, at=at)


def authorized(booking: Booking, payment: Payment, at: datetime) -> None:
    """A worker applies it, under the turns of the cars; money for a change that is off goes straight back."""
    change = _waiting(payment)
    if change is not None:
        change.expires_at = None
        outbox.emit(PAID, subject_id=booking.id, booking_id=str(booking.id), change_id=str(change.id))
        return
    wishes.release(payment, at=at, reason="money_without_place")
    attention.call_for(booking, Attention.MONEY_WITHOUT_PLACE)
    _tell(RELEASED, booking, payment_id=str(payment.id))


def declined(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer may choose again, with the whole time to pay before them."""
    change = _waiting(payment)
    if change is not None:
        _wait(booking, change, at=at)
        _tell(DECLINED, booking, change_id=str(change.id), operation=str(payment.operations[-1].id))


def rejected(booking: Booking, payment: Payment, at: datetime) -> None:
    """PayPal refuses. A refused reauthorization does not stop the capture that waited for it.

    What it would not take or renew of a change that was made, the customer is asked to approve again.
    """
    if payment.intended_amount is not None:
        wishes.capture_as_intended(payment, at=at)
        return
    attention.call_for(booking, Attention.PAYMENT_REFUSED)
    change = _waiting(payment)
    if change is None:
        asking_again.refused(booking, payment, at=at)
    elif change.expires_at is None:
        declined(booking, payment, at)


def _waiting(payment: Payment) -> Change | None:
    change = changes.of_payment(payment.id)
    return change if change is not None and change.state == ChangeState.AWAITING_PAYMENT else None


def _wait(booking: Booking, change: Change, *, at: datetime) -> None:
    rules = houses.rulebook_of(booking.policies).booking
    change.expires_at = at + timedelta(minutes=rules.payment_minutes)


def _tell(event: str, booking: Booking, **payload: Any) -> None:
    outbox.emit(event, subject_id=booking.id, booking_id=str(booking.id), **payload)
