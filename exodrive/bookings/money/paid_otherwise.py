"""Approvals at PayPal that came after the money: the desk had taken it, and nobody pays twice.

What was only approved is never authorized, so PayPal holds nothing and its order lapses. What was authorized
in the same moment is let go of at once. Either way the customer is told in plain words.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import changes, owing, transitions
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import session
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.recording import Fact, Outcome
from exodrive.payments.states import Purpose

NOT_TAKEN = "payment.not_taken"
# While these last, whoever goes to PayPal means to pay for a rental that stands.
STANDS = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})


def is_so(booking: Booking, payment: Payment) -> bool:
    """Whether what this payment is for came by another way, in whole or in part."""
    if booking.state not in STANDS:
        return False
    if payment.purpose == Purpose.DEPOSIT:
        return booking.deposit > 0 and deposits.has_desk(booking)
    if payment.id not in {row.id for row in changes.paid_by(booking.id)}:
        return False  # a change that is not made yet
    return payment.money > tree.captured(payment) and not owing.askable(booking, payment)


def is_so_of_order(booking_id: UUID, paypal_order_id: str) -> bool:
    """The same for whoever comes back from PayPal with one of the booking's orders."""
    booking = session().get_one(Booking, booking_id)
    return any(
        order.paypal_id == paypal_order_id and is_so(booking, payment)
        for payment in tree.all_of(booking.id)
        for order in payment.orders
    )


def turn_down(booking: Booking, payment: Payment, outcome: Outcome, *, at: datetime) -> None:
    """Take nothing of what was approved, and say so. Booking and payment are locked by the caller."""
    if outcome.fact is Fact.AUTHORIZED:
        wishes.release(payment, at=at, reason="paid_otherwise")
    transitions.note(
        booking, NOT_TAKEN, by=SYSTEM, at=at, purpose=payment.purpose, amount=payment.amount,
        currency=payment.currency,
    )  # fmt: skip
    outbox.emit(
        NOT_TAKEN,
        subject_id=booking.id,
        booking_id=str(booking.id),
        payment_id=str(payment.id),
        approved=f"{payment.id}/{outcome.paypal_id}",
    )
