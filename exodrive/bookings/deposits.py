"""The security deposit: asked for before pick-up, held by PayPal, taken in part or released at the end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.payments import opening, tree
from exodrive.payments.models import Payment
from exodrive.payments.states import PaymentState, Purpose

ASKED = "booking.deposit_asked"
WANTS_DEPOSIT = frozenset({State.CONFIRMED, State.ON_RENT})
HELD = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURED, PaymentState.PARTIALLY_CAPTURED})


class DepositNotOpen(Refused):
    """The deposit is not asked for yet, or not any more."""

    code = "deposit_not_open"


def due(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Bookings whose deposit is to be asked for now."""
    return list(
        session().scalars(
            select(Booking.id)
            .where(Booking.deposit_ask_at <= at)
            .order_by(Booking.deposit_ask_at)
            .limit(limit)
        )
    )


def ask(booking_id: UUID, *, at: datetime, by: Actor = SYSTEM) -> None:
    """Ask for the deposit by mail and on the booking page; normal twice."""
    booking = transitions.lock(booking_id)
    booking.deposit_ask_at = None
    if booking.state != State.CONFIRMED or booking.deposit_asked_at is not None or booking.deposit == 0:
        return
    booking.deposit_asked_at = at
    opening.ensure(booking.id, purpose=Purpose.DEPOSIT, amount=booking.deposit_money, at=at)
    transitions.note(booking, ASKED, by=by, at=at, amount=booking.deposit, currency=booking.currency)
    outbox.emit(ASKED, subject_id=booking.id, booking_id=str(booking.id))


def pay(booking_id: UUID, *, at: datetime) -> None:
    """The customer wants to go to PayPal for the deposit. Raises DepositNotOpen or AlreadyPaid."""
    booking = transitions.lock(booking_id)
    if booking.state not in WANTS_DEPOSIT or booking.deposit_asked_at is None:
        raise DepositNotOpen
    payment = opening.ensure(booking.id, purpose=Purpose.DEPOSIT, amount=booking.deposit_money, at=at)
    opening.want_order(payment, at=at)


def held(payment: Payment | None) -> bool:
    """Whether the deposit is secured: held by PayPal, or taken. Less than was asked for is no deposit."""
    if payment is None or payment.state not in HELD:
        return False
    authorization = tree.live_authorization(payment)
    return authorization is None or authorization.amount >= payment.amount


def is_held(booking: Booking) -> bool:
    """Whether a booking's deposit is secured, or none is asked for it."""
    return booking.deposit == 0 or held(tree.of_booking(booking.id).get(Purpose.DEPOSIT))
