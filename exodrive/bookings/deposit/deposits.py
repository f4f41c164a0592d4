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
from exodrive.payments import opening, receipts, tree
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For
from exodrive.payments.states import PaymentState, Purpose

ASKED = "booking.deposit_asked"
LINK = "booking.deposit_link"
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
    """Ask for the deposit by mail and on the booking page; normal twice, and where none is wanted."""
    booking = transitions.lock(booking_id)
    booking.deposit_ask_at = None
    if booking.state != State.CONFIRMED or booking.deposit_asked_at is not None or not wanted(booking):
        return
    booking.deposit_asked_at = at
    opening.ensure(booking.id, purpose=Purpose.DEPOSIT, amount=booking.deposit_money, at=at)
    transitions.note(booking, ASKED, by=by, at=at, amount=booking.deposit, currency=booking.currency)
    outbox.emit(ASKED, subject_id=booking.id, booking_id=str(booking.id))


def wanted(booking: Booking) -> bool:
    """Whether PayPal is to hold it: not what a manager waived, nor what the desk has taken."""
    return booking.deposit > 0 and booking.deposit_waiver is None and not has_desk(booking)


def want_again(booking: Booking, *, at: datetime) -> None:
    """The desk has no longer what a locked booking wants: it is asked for, if its day passed meanwhile."""
    passed = booking.deposit_ask_at is None and booking.deposit_asked_at is None
    if booking.state == State.CONFIRMED and passed and wanted(booking):
        booking.deposit_ask_at = at


def pay(booking_id: UUID, *, at: datetime) -> None:
    """The customer wants to go to PayPal for the deposit. Raises DepositNotOpen or AlreadyPaid."""
    booking = transitions.lock(booking_id)
    if booking.state not in WANTS_DEPOSIT or booking.deposit_asked_at is None:
        raise DepositNotOpen
    if has_desk(booking):
        raise opening.AlreadyPaid
    payment = opening.ensure(booking.id, purpose=Purpose.DEPOSIT, amount=booking.deposit_money, at=at)
    opening.want_order(payment, at=at)


def tell_link(booking_id: UUID, *, operation_id: UUID) -> None:
    """PayPal answers again: the link to the deposit, which was promised by mail, goes out."""
    outbox.emit(LINK, subject_id=booking_id, booking_id=str(booking_id), operation=str(operation_id))


def held(payment: Payment | None) -> bool:
    """Whether the deposit is secured: held by PayPal, or taken.

    Less than was asked for is no deposit, nor is what is left of one that was taken in part and let go of.
    """
    return payment is not None and payment.state in HELD and tree.secured(payment) >= payment.money


def is_held(booking: Booking) -> bool:
    """Whether a booking's deposit is secured, or none is asked for it."""
    return is_secured(booking, tree.of_booking(booking.id).get(Purpose.DEPOSIT))


def is_secured(booking: Booking, payment: Payment | None) -> bool:
    """The same, for whoever has the payment at hand: PayPal secures the whole of it, or the desk has it."""
    return booking.deposit == 0 or held(payment) or has_desk(booking)


def has_desk(booking: Booking) -> bool:
    """Whether the whole deposit was taken at the desk."""
    rows = receipts.of_booking(booking.id)
    return receipts.standing(rows, For.DEPOSIT, currency=booking.currency) >= booking.deposit_money
