"""What a booking does when something has come of its money.

Called in the transaction that records the payment's answer. The booking is locked first, then its payment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from exodrive.availability import occupancies
from exodrive.availability.rules import OccupancyKind
from exodrive.bookings import cancelling, settlement, transitions
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.states import Move, State
from exodrive.house import queries as house
from exodrive.kernel import outbox
from exodrive.kernel.actors import PAYPAL
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.recording import Fact, Outcome
from exodrive.payments.states import Purpose

PAYMENT_LINK = "booking.payment_link"
DECLINED = "booking.payment_declined"
RELEASED = "booking.money_released"
DEPOSIT_HELD = "booking.deposit_held"
DEPOSIT_DECLINED = "booking.deposit_declined"

# States in which a rental that is not paid yet relies on what PayPal holds.
NEEDS_ITS_MONEY = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})
# States in which a deposit is wanted.
TAKES_DEPOSIT = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})


def react(outcome: Outcome, *, at: datetime) -> None:
    """Let the booking follow its money."""
    booking = transitions.lock(outcome.booking_id)
    payment = tree.lock(outcome.payment_id)
    transitions.note(
        booking,
        f"payment.{outcome.fact}",
        by=PAYPAL,
        at=at,
        purpose=outcome.purpose,
        amount=payment.amount,
        currency=payment.currency,
        code=outcome.code,
        paypal_id=outcome.paypal_id,
    )
    table = RENTAL if outcome.purpose == Purpose.RENTAL else DEPOSIT
    table.get(outcome.fact, _nothing)(booking, payment, at)
    settlement.advance(booking, at=at)
    cancelling.unwind(booking, at=at)


def _ordered(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer can go to PayPal: the time to pay counts from now, and a promised mail goes out."""
    if booking.state != State.AWAITING_PAYMENT:
        return
    rules = house.rulebook_of(booking.policies).booking
    booking.expires_at = at + timedelta(minutes=rules.payment_minutes)
    if booking.payment_delayed:
        booking.payment_delayed = False
        _tell(PAYMENT_LINK, booking, payment_id=str(payment.id), operation=str(payment.operations[-1].id))


def _approved(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer agreed. The place is pinned while the authorization is under way."""
    if booking.state == State.AWAITING_PAYMENT:
        booking.expires_at = None
        wishes.authorize(payment, at=at)


def _authorized(booking: Booking, payment: Payment, at: datetime) -> None:
    """The hold becomes a reservation; money that came without a place goes straight back."""
    if booking.state != State.AWAITING_PAYMENT:
        _send_back(booking, payment, at)
        return
    occupancies.change(booking.id, kind=OccupancyKind.BOOKING)
    rules = house.rulebook_of(booking.policies).booking
    booking.authorized_at = at
    booking.expires_at = min(at + timedelta(hours=rules.signature_hours), booking.pickup_at)
    transitions.apply(booking, Move.AUTHORIZE, by=PAYPAL, at=at)


def _send_back(booking: Booking, payment: Payment, at: datetime) -> None:
    wishes.release(payment, at=at, reason="money_without_place")
    booking.attention = Attention.MONEY_WITHOUT_PLACE
    _tell(RELEASED, booking, payment_id=str(payment.id))


def _declined(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer may choose again, with the whole time to pay before them."""
    if booking.state == State.AWAITING_PAYMENT:
        rules = house.rulebook_of(booking.policies).booking
        booking.expires_at = at + timedelta(minutes=rules.payment_minutes)
        _tell(DECLINED, booking, operation=str(payment.operations[-1].id))


def _mismatch(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    """PayPal's figure is not ours: nothing goes on until a person has looked."""
    booking.attention = Attention.AMOUNT_MISMATCH


def _rejected(booking: Booking, payment: Payment, at: datetime) -> None:
    """PayPal refuses. A refused reauthorization does not stop the capture that waited for it."""
    if payment.intended_amount is not None:
        wishes.capture_as_intended(payment, at=at)
        return
    booking.attention = Attention.PAYMENT_REFUSED
    if booking.state == State.AWAITING_PAYMENT and booking.expires_at is None:
        _declined(booking, payment, at)


def _reauthorized(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    wishes.capture_as_intended(payment, at=at)


def _voided(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    """A hold that PayPal ended while the rental still needs it wants a person."""
    if booking.state in NEEDS_ITS_MONEY:
        booking.attention = Attention.HOLD_LOST


def _deposit_held(booking: Booking, payment: Payment, at: datetime) -> None:
    if booking.state in TAKES_DEPOSIT and booking.settling_at is None:
        _tell(DEPOSIT_HELD, booking, payment_id=str(payment.id))
    else:
        wishes.release(payment, at=at, reason="money_without_place")


def _deposit_approved(booking: Booking, payment: Payment, at: datetime) -> None:
    if booking.state in TAKES_DEPOSIT:
        wishes.authorize(payment, at=at)


def _deposit_declined(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    _tell(DEPOSIT_DECLINED, booking, operation=str(payment.operations[-1].id))


def _nothing(booking: Booking, payment: Payment, at: datetime) -> None:
    """The audit trail has it; the booking goes on as it is."""


def _tell(event: str, booking: Booking, **payload: Any) -> None:
    outbox.emit(event, subject_id=booking.id, booking_id=str(booking.id), **payload)


Reaction = Callable[[Booking, Payment, datetime], None]

RENTAL: dict[Fact, Reaction] = {
    Fact.ORDERED: _ordered,
    Fact.APPROVED: _approved,
    Fact.AUTHORIZED: _authorized,
    Fact.DECLINED: _declined,
    Fact.MISMATCH: _mismatch,
    Fact.REAUTHORIZED: _reauthorized,
    Fact.VOIDED: _voided,
    Fact.REJECTED: _rejected,
}
DEPOSIT: dict[Fact, Reaction] = {
    Fact.APPROVED: _deposit_approved,
    Fact.AUTHORIZED: _deposit_held,
    Fact.DECLINED: _deposit_declined,
    Fact.MISMATCH: _mismatch,
    Fact.REAUTHORIZED: _reauthorized,
    Fact.REJECTED: _rejected,
}
