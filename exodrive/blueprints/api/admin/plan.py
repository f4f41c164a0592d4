"""The payment plan of a booking by the staff's programs: read it, and do, move or leave out its steps."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from exodrive.blueprints.api.admin import booking_file, money_deeds
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.money import REFUSALS, TAG, Voiding
from exodrive.blueprints.api.admin.money_deeds import SAYS
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.booking_shapes import BOOKING_ID
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Id, Moment, Money, Shape
from exodrive.bookings import queries
from exodrive.bookings.by_hand import plan_deeds, reauthorizing
from exodrive.bookings.by_hand.plan_deeds import DateImpossible, StepSettled
from exodrive.bookings.by_hand.purse import HoldClosed, HoldOver, MoneyUnderWay
from exodrive.bookings.by_hand.reauthorizing import RenewalImpossible, RenewalTooSoon
from exodrive.bookings.models import Booking
from exodrive.bookings.money.settlement import AlreadySettling
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel import clock, money
from exodrive.payments import models, tree
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.states import Purpose
from exodrive.payments.steps import StepNotFound
from exodrive.payments.wishes import NothingHeld

STEP: dict[str, Any] = {
    "id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2d01",
    "payment_id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2c66",
    "purpose": "rental",
    "kind": "capture",
    "due_at": "2026-12-10T15:00:00Z",
    "amount": None,
    "state": "planned",
    "cause": "before_pickup",
    "reason": None,
    "operation_id": None,
    "hold_ends_at": "2027-01-02T15:00:00Z",
    "at_risk": False,
    "deeds": ["move", "now", "skip"],
}
PLAN: dict[str, Any] = {"booking_id": BOOKING_ID, "steps": [STEP]}


class PlanDeed(StrEnum):
    """What is done about a step."""

    NOW = "now"
    MOVE = "move"
    SKIP = "skip"


class PlanStep(Shape):
    """One dated step of what is done with a booking's money."""

    id: Id
    payment_id: Id
    purpose: Purpose
    kind: StepKind
    due_at: Moment
    amount: Money | None
    """None: all that is left."""
    state: StepState
    cause: str
    """Why it was planned, skipped or failed: a code of ours, or PayPal's word for its refusal."""
    reason: str | None
    """The words of who decided by hand."""
    operation_id: Id | None
    """The call to PayPal that does it."""
    hold_ends_at: Moment | None
    """When PayPal lets go of the money by itself."""
    at_risk: bool
    """Overdue, failed, or too late: it needs a person."""
    deeds: list[PlanDeed]
    """What can be done about it now."""

    @classmethod
    def of(cls, booking: Booking, payment: models.Payment, step: models.Step, *, at: datetime) -> Self:
        amount = None if step.amount is None else money.Money(step.amount, payment.currency)
        return cls(
            id=step.id,
            payment_id=payment.id,
            purpose=Purpose(payment.purpose),
            kind=StepKind(step.kind),
            due_at=step.due_at,
            amount=None if amount is None else Money.of(amount),
            state=StepState(step.state),
            cause=step.cause,
            reason=step.reason,
            operation_id=step.operation_id,
            hold_ends_at=step.dies_at,
            at_risk=step.at_risk_from is not None and step.at_risk_from <= at,
            deeds=[PlanDeed(name) for name in sorted(plan_deeds.offered(booking, step))],
        )


class PaymentPlan(Shape):
    """All steps of a booking's payments, by their dates."""

    model_config = ConfigDict(json_schema_extra={"examples": [PLAN]})

    booking_id: Id
    steps: list[PlanStep]


class PlanChange(Shape):
    """A deed about one step, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"step_id": STEP["id"], "deed": "now", "reason": "Pays at the counter"}]
        }
    )

    step_id: Id
    deed: PlanDeed
    due_at: Moment | None = None
    """The new moment; needed to `move`."""
    reason: Reason
    """It stays in the booking's record."""


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/payment-plan",
    tag=TAG,
    summary="Read the payment plan",
    answers={200: Says(PaymentPlan, "Its steps, done and to come.")},
    errors=(BookingNotFound,),
)
def admin_read_payment_plan(_call: Call, *, booking_id: UUID) -> Answer:
    """What is done with the booking's money and when, and what of it needs a person."""
    return Answer(_look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/payment-plan",
    tag=TAG,
    summary="Do, move or leave out a step",
    answers={200: Says(PaymentPlan, "The plan as it is now; PayPal is asked by workers.")},
    errors=(
        BookingNotFound, StepNotFound, StepSettled, DateImpossible, HoldClosed, HoldOver, NothingHeld,
        MoneyUnderWay, AlreadySettling, RenewalTooSoon, RenewalImpossible,
    ),
    key_required=True,
    matches=booking_file.SEEN,
)  # fmt: skip
def admin_change_payment_plan(call: Call, *, booking_id: UUID, body: PlanChange) -> Answer:
    """`now` does a planned step, or tries a failed one again; of a step that waits for the customer it writes
    to them once more. A capture can be moved to where PayPal answers for the money; one that is left out
    gives way to a decision before the hold ends.
    """
    given: dict[str, Any] = {
        "step_id": body.step_id, "reason": body.reason, "by": call.caller.actor, "at": call.at,
    }  # fmt: skip
    if body.deed is PlanDeed.MOVE:
        if body.due_at is None:
            raise DateImpossible([])
        plan_deeds.move(booking_id, due_at=body.due_at, **given)
    elif body.deed is PlanDeed.NOW:
        plan_deeds.do_now(booking_id, **given)
    else:
        plan_deeds.skip(booking_id, **given)
    return Answer(_look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/reauthorize-payment",
    tag=TAG,
    summary="Have a hold renewed",
    answers=SAYS,
    errors=(*REFUSALS, HoldClosed, HoldOver, NothingHeld, RenewalTooSoon, RenewalImpossible),
    key_required=True,
    waits=True,
    matches=booking_file.SEEN,
)
def admin_reauthorize_payment(call: Call, *, booking_id: UUID, body: Voiding) -> Answer:
    """PayPal answers for the money three days more: once for each hold, from its fourth day on."""
    wanted = reauthorizing.reauthorize(
        booking_id,
        purpose=body.purpose,
        number=body.number,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return money_deeds.asked(booking_id, wanted)


def _look(booking_id: UUID) -> PaymentPlan:
    booking, at = queries.by_id(booking_id), clock.now()
    found = [
        PlanStep.of(booking, payment, step, at=at)
        for payment in tree.all_of(booking_id)
        for step in payment.steps
    ]
    return PaymentPlan(booking_id=booking_id, steps=sorted(found, key=lambda step: (step.due_at, step.id)))
