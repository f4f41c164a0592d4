"""Doing the steps of a payment's plan: by the scheduler when they are due, or by a person before.

Each step is looked at under the locks of its booking and payment, and done only where it is still planned:
two schedulers, or one beside a person, do it once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from exodrive.bookings import attention, transitions
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import asking_again
from exodrive.kernel import outbox
from exodrive.payments import operations, steps, tree, wishes
from exodrive.payments.models import Authorization, Payment, Step
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.queries import DueStep
from exodrive.payments.steps import LOST


@dataclass(frozen=True, slots=True)
class Deed:
    """A step to be done now. `reason` and `again` are a person's: what was refused is asked for again."""

    booking: Booking
    payment: Payment
    step: Step
    at: datetime
    reason: str | None = None
    again: bool = False

    def close(self, state: StepState, cause: str) -> None:
        steps.settle(self.step, state, cause=cause, at=self.at)


def run(due: DueStep, *, at: datetime) -> None:
    """Do a due step; nothing where it was done, moved or skipped meanwhile, or PayPal is being asked."""
    booking = transitions.lock(due.booking_id)
    payment = tree.lock(due.payment_id)
    step = steps.find(payment, due.step_id)
    if step.state == StepState.PLANNED and step.due_at <= at:
        do(Deed(booking, payment, step, at))


def do(deed: Deed) -> None:
    """Do a step of a locked payment. Where a call is under way, its answer comes first."""
    if operations.money_moves(deed.payment) and deed.step.kind != StepKind.CAPTURE:
        return
    DO[StepKind(deed.step.kind)](deed)


def _capture(deed: Deed) -> None:
    held = _held(deed)
    if held is None:
        return
    operation = wishes.capture_rest(deed.payment, at=deed.at, reason=deed.reason, again=deed.again)
    if operation is None and not operations.money_moves(deed.payment):
        last = asking_again.last_refused(deed.payment)
        deed.close(StepState.FAILED, (last.code if last else None) or LOST)


def _renew(deed: Deed) -> None:
    """Skipped where PayPal would not do it: a renewal of a renewal, or of what was taken from."""
    held = _held(deed)
    if held is None:
        return
    if held.parent_id is not None:
        deed.close(StepState.SKIPPED, "renewed")
    elif held.captures:
        deed.close(StepState.SKIPPED, "partly_taken")
    else:
        wishes.renew(deed.payment, at=deed.at, reason=deed.reason, again=deed.again)


def _decide(deed: Deed) -> None:
    """Nothing takes the money by itself: a person is told while there is time."""
    steps.wait_for_person(deed.step, at=deed.at)
    attention.call_for(deed.booking, Attention.HOLD_ENDING)


def _release(deed: Deed) -> None:
    if wishes.release(deed.payment, at=deed.at, reason=deed.reason, again=deed.again) is None:
        deed.close(StepState.SKIPPED, "released")


def _refund(deed: Deed) -> None:
    """Give back what was taken as a security."""
    left = tree.captured(deed.payment) - tree.refunding(deed.payment)
    if left.amount > 0:
        wishes.refund_towards(deed.payment, amount=left, at=deed.at)
        deed.close(StepState.DONE, deed.step.cause)
    else:
        deed.close(StepState.SKIPPED, "released")


def _approve(deed: Deed) -> None:
    """It waits for the customer: there is nothing to do but to ask, which was done."""


DO: dict[StepKind, Callable[[Deed], None]] = {
    StepKind.CAPTURE: _capture,
    StepKind.REAUTHORIZE: _renew,
    StepKind.DECIDE: _decide,
    StepKind.RELEASE: _release,
    StepKind.REFUND: _refund,
    StepKind.APPROVE: _approve,
}


def _held(deed: Deed) -> Authorization | None:
    """What the step is done to; where it is gone or dead, nothing is asked of PayPal, and people are told."""
    held = tree.live_authorization(deed.payment)
    hold = steps.hold_of(deed.payment)
    if held is not None and hold is not None and deed.at < hold.dies_at:
        return held
    if operations.money_moves(deed.payment):
        return None
    if not asking_again.missing(deed.payment):
        deed.close(StepState.SKIPPED, "taken")
        return None
    deed.close(StepState.FAILED, LOST)
    attention.call_for(deed.booking, Attention.HOLD_LOST)
    outbox.emit("payment.check", subject_id=deed.booking.id, payment_id=str(deed.payment.id))
    asking_again.ask(deed.booking, deed.payment, cause=LOST, at=deed.at)
    return None
