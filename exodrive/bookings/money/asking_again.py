"""Asking the customer to approve once more, where PayPal refuses to take or to renew what it held.

A new order on the same payment for what is missing. What the old hold still has stays until the new one
stands, so that nothing is given up for a promise; then it is let go of, and the plan starts anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import attention, owing, planning, transitions
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money
from exodrive.payments import opening, refusals, steps, tree, wishes
from exodrive.payments.models import Operation, OperationKind, OperationState, Payment, Step
from exodrive.payments.plan import Planned, StepKind, StepState
from exodrive.payments.recording import Fact
from exodrive.payments.refusals import Turn
from exodrive.payments.states import Purpose

ASKED = "payment.asked_again"
APPROVED = "payment.approved_again"
AT_COUNTER = "no_prepayment"  # why it is open where a manager let the rental stand unpaid
ANSWER_TIME = timedelta(days=1)
SHORTEST = timedelta(hours=1)  # somebody who is at the counter already
# The states in which the house still counts on the money.
COUNTS_ON_IT = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})
# After the return charges say what is due of a deposit: nobody is asked for the whole of it again.
DEPOSIT_WANTED = frozenset({State.CONFIRMED, State.ON_RENT})
OURS = frozenset({OperationKind.CAPTURE, OperationKind.REAUTHORIZE})


class NothingToApprove(Refused):
    """The customer was not asked to approve anything again, or has done it."""

    code = "nothing_to_approve"


def missing(payment: Payment) -> Money:
    """What of a payment was not taken."""
    return max(payment.money - tree.captured(payment), Money.zero(payment.currency))


def wanted(booking: Booking, payment: Payment) -> Money:
    """What the customer is to approve: what is missing, unless the desk has begun to take it."""
    if payment.purpose == Purpose.DEPOSIT:
        return Money.zero(payment.currency) if deposits.has_desk(booking) else missing(payment)
    return owing.askable(booking, payment)


def asked(payment: Payment) -> Step | None:
    """The request that the customer has not answered yet."""
    return steps.open_step(payment, StepKind.APPROVE)


def ask(
    booking: Booking,
    payment: Payment,
    *,
    cause: str,
    at: datetime,
    by: Actor = SYSTEM,
    reason: str | None = None,
) -> None:
    """Ask by letter and on the booking page; normal twice. Booking and payment are locked by the caller."""
    amount = wanted(booking, payment)
    wanted_in = DEPOSIT_WANTED if payment.purpose == Purpose.DEPOSIT else COUNTS_ON_IT
    if asked(payment) is not None or not amount or booking.state not in wanted_in:
        return
    due_at = max(min(at + ANSWER_TIME, booking.pickup_at), at + SHORTEST)
    step = wait_for(payment, cause=cause, due_at=due_at, at=at)
    transitions.note(
        booking, ASKED, by=by, at=at, reason=reason, purpose=payment.purpose, amount=amount.amount,
        currency=amount.currency, code=cause,
    )  # fmt: skip
    _tell(booking, payment, step, at=at)


def wait_for(payment: Payment, *, cause: str, due_at: datetime, at: datetime) -> Step:
    """Plan the customer's approval of what is missing, by a moment. The payment is locked by the caller."""
    planned = Planned(StepKind.APPROVE, due_at, cause, missing(payment).amount)
    return steps.add(payment, planned, at=at, state=StepState.WANTED)


def remind(booking: Booking, payment: Payment, step: Step, *, at: datetime) -> None:
    """Write to the customer once more. The payment must be locked by the caller."""
    _tell(booking, payment, step, at=at)


def open_of(booking_id: UUID) -> list[tuple[Payment, Step]]:
    """What the customer of a booking is asked to approve once more, each with the request."""
    found = [(payment, asked(payment)) for payment in tree.all_of(booking_id)]
    waiting = [(payment, step) for payment, step in found if step is not None]
    booking = session().get_one(Booking, booking_id) if waiting else None
    return [(payment, step) for payment, step in waiting if booking is not None and wanted(booking, payment)]


def pay(booking_id: UUID, *, payment_id: UUID, at: datetime) -> Payment:
    """The customer wants to go to PayPal for it. Raises NothingToApprove or BookingNotFound."""
    booking = transitions.lock(booking_id)
    payment = next((row for row in tree.lock_all(booking.id) if row.id == payment_id), None)
    step = asked(payment) if payment is not None else None
    if payment is None or step is None or booking.state not in COUNTS_ON_IT:
        raise NothingToApprove
    amount = wanted(booking, payment)
    if not amount:
        raise NothingToApprove
    opening.want_order_for(payment, amount, at=at)
    return payment


def refused(booking: Booking, payment: Payment, *, at: datetime) -> None:
    """PayPal has refused what the house wanted: where the customer can help, they are asked."""
    operation = last_refused(payment)
    if operation is not None and refusals.turn(operation.code) in refusals.ASKS_AGAIN:
        ask(booking, payment, cause=operation.code or Turn.GONE, at=at)


def last_refused(payment: Payment) -> Operation | None:
    """The refused capture or renewal that nothing has followed."""
    ours = [row for row in payment.operations if row.kind in OURS]
    return ours[-1] if ours and ours[-1].state == OperationState.REJECTED else None


def react(fact: Fact, booking: Booking, payment: Payment, *, at: datetime) -> bool:
    """Follow the customer's second approval; False where this fact is of something else."""
    step = asked(payment)
    if step is None:
        return False
    if fact is Fact.APPROVED:
        wishes.authorize(payment, at=at)
    elif fact is Fact.AUTHORIZED and booking.state in COUNTS_ON_IT:
        _approved(booking, payment, step, at=at)
    elif fact is Fact.DECLINED:
        _tell(booking, payment, step, at=at)
    elif fact is Fact.CAPTURED and not missing(payment):
        steps.settle(step, StepState.SKIPPED, cause="taken", at=at)
        return False
    else:
        return fact is Fact.ORDERED
    return True


def _approved(booking: Booking, payment: Payment, step: Step, *, at: datetime) -> None:
    """The money is held anew: the old hold goes, and the plan starts from PayPal's new date."""
    steps.settle(step, StepState.DONE, at=at)
    payment.intended_amount = None
    wishes.release_older(payment, at=at)
    planning.start(booking, payment, cause="approved_again", at=at)
    attention.answered(booking, Attention.PAYMENT_REFUSED, Attention.HOLD_LOST)
    transitions.note(
        booking,
        APPROVED,
        by=SYSTEM,
        at=at,
        purpose=payment.purpose,
        amount=step.amount,
        currency=payment.currency,
    )


def _tell(booking: Booking, payment: Payment, step: Step, *, at: datetime) -> None:
    """Once for each time: a second decline is told as well."""
    outbox.emit(
        ASKED,
        subject_id=booking.id,
        booking_id=str(booking.id),
        payment_id=str(payment.id),
        once=f"{step.id}-{at.isoformat()}",
    )
