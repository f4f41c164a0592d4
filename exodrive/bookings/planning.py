"""The plan of a booking's money, from its dates and the policy it stands under.

Call `replan` whenever the dates, the policy or what PayPal holds has changed: the plan is derived anew, and
what was planned otherwise is skipped with the cause.
"""

from __future__ import annotations

from datetime import datetime

from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.payments import plan, steps, tree
from exodrive.payments.models import Payment
from exodrive.payments.plan import StepKind, StepState, Terms
from exodrive.payments.states import Purpose

# The states in which the rental's money follows its plan. After them it is settled or unwound by itself.
PLANNED_IN = frozenset({State.CONFIRMED, State.ON_RENT, State.RETURNED})


def terms(booking: Booking) -> Terms:
    """When the policy of a confirmed booking takes its money."""
    rules = house.rulebook_of(booking.policies).capture
    return Terms(
        when=rules.when,
        hours_before=rules.hours_before,
        signed_at=booking.confirmed_at or booking.held_at,
        pickup_at=booking.pickup_at,
        return_at=booking.return_at,
    )


def replan(booking: Booking, *, cause: str, at: datetime) -> None:
    """Plan the rental's payment and those of its changes anew. The booking must be locked by the caller."""
    for payment in tree.lock_all(booking.id):
        if payment.purpose != Purpose.DEPOSIT and payment.amount:
            replan_one(booking, payment, cause=cause, at=at)


def end(booking: Booking, *, cause: str, at: datetime) -> None:
    """The booking is over: nothing is planned, asked of anybody or at risk any more. It must be locked."""
    for payment in tree.lock_all(booking.id):
        steps.rewrite(payment, (), cause=cause, at=at, keep=())
        for step in payment.steps:
            if step.state == StepState.WANTED and step.kind in (StepKind.APPROVE, StepKind.DECIDE):
                steps.settle(step, StepState.SKIPPED, cause=cause, at=at)


def start(booking: Booking, payment: Payment, *, cause: str, at: datetime) -> None:
    """Plan a locked payment whose money PayPal has come to hold, whatever it is for."""
    if payment.purpose == Purpose.DEPOSIT:
        keep_deposit(booking, payment, cause=cause, at=at)
    else:
        replan_one(booking, payment, cause=cause, at=at)


def keep_deposit(booking: Booking, deposit: Payment, *, cause: str, at: datetime) -> None:
    """A held deposit is renewed once, as the car comes back and claims are made."""
    hold = steps.hold_of(deposit)
    steps.rewrite(
        deposit, plan.deposit(hold, return_at=booking.return_at, at=at) if hold else (), cause=cause, at=at
    )


def replan_one(booking: Booking, payment: Payment, *, cause: str, at: datetime) -> None:
    """Plan one locked payment for the price anew.

    What waits for its renewal goes on by itself, and what was taken in part keeps the moment it has: PayPal
    renews nothing that was taken from, so no later one is better.
    """
    hold = steps.hold_of(payment)
    partly = hold is not None and hold.touched and payment.capture_at is not None
    if booking.state in PLANNED_IN and payment.intended_amount is None and not partly:
        steps.replan(payment, terms(booking), cause=cause, at=at)
