"""What a booking does when something has come of its money.

Called in the transaction that records the payment's answer. The booking is locked first, then its payment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from exodrive.availability import occupancies
from exodrive.availability.rules import OccupancyKind
from exodrive.bookings import attention, cancelling, changes, transitions
from exodrive.bookings.by_hand import deposit_release, refunding
from exodrive.bookings.change import change_paying
from exodrive.bookings.deposit import deposit_keeping, deposits
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import asking_again, paid_otherwise, settlement
from exodrive.bookings.states import Move, State
from exodrive.house import queries as house
from exodrive.kernel import outbox
from exodrive.kernel.actors import PAYPAL
from exodrive.payments import operations, steps, tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.recording import Fact, Outcome
from exodrive.payments.states import Purpose

PAYMENT_LINK = "booking.payment_link"
DECLINED = "booking.payment_declined"
STUCK = "booking.payment_stuck"
RELEASED = "booking.money_released"
DEPOSIT_HELD = "booking.deposit_held"
DEPOSIT_DECLINED = "booking.deposit_declined"

# States in which a rental that is not paid yet relies on what PayPal holds.
NEEDS_ITS_MONEY = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})
COMES_IN = frozenset({Fact.APPROVED, Fact.AUTHORIZED})
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
    if outcome.fact in COMES_IN and paid_otherwise.is_so(booking, payment):
        paid_otherwise.turn_down(booking, payment, outcome, at=at)
    elif not asking_again.react(outcome.fact, booking, payment, at=at):
        table = REACTIONS[Purpose(outcome.purpose)]
        table.get(outcome.fact, _nothing)(booking, payment, at)
    settlement.advance(booking, at=at)
    cancelling.unwind(booking, at=at)
    if outcome.fact is Fact.REFUNDED:
        refunding.follow(booking, payment, at=at)


def _ordered(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer can go to PayPal: the time to pay counts from now, and a promised mail goes out."""
    if booking.state != State.AWAITING_PAYMENT:
        return
    if booking.payment_delayed or not changes.since(booking.id, booking.ordered_at):
        # A change gives no more time: else one after the other would keep the car for nothing.
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
    attention.call_for(booking, Attention.MONEY_WITHOUT_PLACE)
    _tell(RELEASED, booking, payment_id=str(payment.id))


def _declined(booking: Booking, payment: Payment, at: datetime) -> None:
    """The payer may choose again, with the whole time to pay before them."""
    if booking.state == State.AWAITING_PAYMENT:
        _wait_and_tell(DECLINED, booking, payment, at=at)


def _wait_and_tell(event: str, booking: Booking, payment: Payment, *, at: datetime) -> None:
    """The place is kept for as long as a payer has to pay, and the renter is told why."""
    rules = house.rulebook_of(booking.policies).booking
    booking.expires_at = at + timedelta(minutes=rules.payment_minutes)
    _tell(event, booking, operation=str(payment.operations[-1].id))


def _mismatch(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    """PayPal's figure is not ours: nothing goes on until a person has looked."""
    attention.call_for(booking, Attention.AMOUNT_MISMATCH)


def _rejected(booking: Booking, payment: Payment, at: datetime) -> None:
    """PayPal refuses. A refused reauthorization does not stop the capture that waited for it."""
    if payment.intended_amount is not None:
        wishes.capture_as_intended(payment, at=at)
        return
    attention.call_for(booking, Attention.PAYMENT_REFUSED)
    asking_again.refused(booking, payment, at=at)
    if booking.state == State.AWAITING_PAYMENT and booking.expires_at is None:
        _wait_and_tell(STUCK, booking, payment, at=at)  # the payer approved: there is nothing for them to do


def _reauthorized(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    """What waited for it is taken now; a capture that was planned for after its guarantee comes earlier."""
    wishes.capture_as_intended(payment, at=at)
    steps.keep_guaranteed(payment, at=at)


def _voided(booking: Booking, payment: Payment, at: datetime) -> None:
    """A hold that PayPal ended while the rental needs it wants a person; one that we ended has had one."""
    gone = tree.live_authorization(payment) is None and not operations.released_by_us(payment)
    if booking.state in NEEDS_ITS_MONEY and gone:
        attention.call_for(booking, Attention.HOLD_LOST)
        asking_again.ask(booking, payment, cause=steps.LOST, at=at)


def _deposit_held(booking: Booking, payment: Payment, at: datetime) -> None:
    """The deposit stands; one that is wanted no more, or that the desk has by now, goes back."""
    ended = booking.settling_at is not None or booking.deposit_released_at is not None
    if booking.state in TAKES_DEPOSIT and not ended and not deposits.has_desk(booking):
        _tell(DEPOSIT_HELD, booking, payment_id=str(payment.id))
        deposit_keeping.look_after(booking, payment, at=at)
    else:
        wishes.release(payment, at=at, reason="money_without_place")


def _deposit_voided(booking: Booking, payment: Payment, at: datetime) -> None:
    """PayPal has ended the hold itself: staff are told, and before the return the customer is asked again."""
    ended = booking.settling_at is not None or booking.deposit_released_at is not None
    gone = tree.live_authorization(payment) is None and not operations.released_by_us(payment)
    if ended or not gone or booking.state not in TAKES_DEPOSIT or tree.captured(payment):
        _deposit_moved(booking, payment, at)
        return
    attention.call_for(booking, Attention.DEPOSIT_LOST)
    asking_again.ask(booking, payment, cause=steps.LOST, at=at)


def _deposit_moved(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    """A deposit that was released early may need a further call until all of it is where it belongs."""
    deposit_release.go_on(booking, at=at)


def _deposit_renewed(booking: Booking, payment: Payment, at: datetime) -> None:  # noqa: ARG001
    """It stays held, guaranteed or not, until it goes back or its hold ends."""
    wishes.capture_as_intended(payment, at=at)


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
    Fact.REAUTHORIZED: _deposit_renewed,
    Fact.CAPTURED: _deposit_moved,
    Fact.VOIDED: _deposit_voided,
    Fact.REFUNDED: _deposit_moved,
    Fact.REJECTED: _rejected,
}
CHANGE: dict[Fact, Reaction] = {
    Fact.ORDERED: change_paying.ordered,
    Fact.APPROVED: change_paying.approved,
    Fact.AUTHORIZED: change_paying.authorized,
    Fact.DECLINED: change_paying.declined,
    Fact.MISMATCH: _mismatch,
    Fact.REAUTHORIZED: _reauthorized,
    Fact.VOIDED: _voided,
    Fact.REJECTED: change_paying.rejected,
}
REACTIONS = {Purpose.RENTAL: RENTAL, Purpose.DEPOSIT: DEPOSIT, Purpose.CHANGE: CHANGE}
