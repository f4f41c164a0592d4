"""The moves of a booking that staff make: nobody came, keys out, keys back, settled.

What the desk demands is demanded here: photos are taken at the car with the desk's page, the agreement is
signed, the deposit held.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.availability.occupancies import CarBusy
from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.booking_file import AdminBooking, Position
from exodrive.blueprints.api.admin.bookings import TAG, Reason
from exodrive.blueprints.api.admin.letters import Text
from exodrive.blueprints.api.admin.money import Asked
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import WHOLE, Id, Line, Seal, Shape
from exodrive.bookings import cancelling, ending, handover, transitions
from exodrive.bookings.after_return.claims import Claim, NothingMarked
from exodrive.bookings.after_return.late_charges import ChargeUnusable
from exodrive.bookings.by_hand.purse import NoAmount
from exodrive.bookings.cancelling import TooEarly
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.ending import EndingChanged, Way
from exodrive.bookings.handover import Condition, NotReady, OdometerBackwards
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money import settlement
from exodrive.bookings.money.settlement import AlreadySettling, BeyondDeposit, ChargesContested, ReasonMissing
from exodrive.bookings.states import Move, State
from exodrive.bookings.transitions import BookingNotFound, MoveImpossible

MADE = {200: Says(AdminBooking, "It was done.")}
MOST_MILES = 2_000_000
OUT: dict[str, Any] = {
    "odometer": 20000,
    "fuel_eighths": 8,
    "checks": ["identity", "licence", "insurance", "second_key"],
    "marks": "",
}


PickupCheck = Literal["identity", "licence", "insurance", "second_key", "additional_drivers"]


class Missing(Shape):
    """Why it counts as missed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Called twice, no answer"}]})

    reason: Reason
    shown: Seal | None = None
    """The `seal` of what ending it would do: where that is something else by now, nothing is done."""


class Report(Shape):
    """What is read off and looked at; the photos come from the desk's page at the car."""

    odometer: Annotated[int, Field(ge=0, le=MOST_MILES), WHOLE]
    """Miles."""
    fuel_eighths: Annotated[int, Field(ge=0, le=8), WHOLE]
    marks: Annotated[Text, Field(max_length=2000)] | Literal[""] = ""
    """Damage that is there."""


class HandOver(Report):
    """The keys go out."""

    model_config = ConfigDict(json_schema_extra={"examples": [OUT]})

    checks: Annotated[tuple[PickupCheck, ...], Field(max_length=5)]
    """What was looked at; all of it must be. `additional_drivers` sign on paper, where there are some."""


class ExtraCharge(Shape):
    """Something to be paid that no rule works out."""

    kind: Literal["damage", "cleaning", "other"]
    amount: Asked
    note: Annotated[Line, Field(max_length=300)]


class Claiming(Shape):
    """New damage, before anybody knows what it costs. `marks` say what it is for."""

    estimate: Asked
    positions: Annotated[tuple[Position, ...], Field(max_length=8)] = ()
    """Which photos of the return show it. Left out: all."""


class TakeBack(Report):
    """The keys come back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**OUT, "odometer": 20150, "checks": ["keys_back", "belongings"]}]}
    )

    checks: Annotated[tuple[Literal["keys_back", "belongings"], ...], Field(max_length=2)]
    charges: Annotated[tuple[ExtraCharge, ...], Field(max_length=20)] = ()
    """Besides mileage, fuel and lateness, which the rules work out."""
    claim: Claiming | None = None
    """It keeps the deposit until it is assessed."""


class Settling(Shape):
    """What becomes of the charges."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"dropped": [], "reason": None, "bill": None}]})

    dropped: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    """Charges that are let go; all others come from the deposit."""
    reason: Reason | None = None
    """Needed where a charge is dropped."""
    bill: Asked | None = None
    """What the charges exceed the deposit by, exactly: it is billed. Left out: nothing may exceed it."""


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/miss",
    tag=TAG,
    summary="Record that nobody came",
    answers=MADE,
    errors=(BookingNotFound, CarBusy, MoveImpossible, TooEarly, EndingChanged),
    matches=booking_file.SEEN_WITH_CAR,
)
def admin_miss_booking(call: Call, *, booking_id: UUID, body: Missing) -> Answer:
    """Once the time of pick-up is over: the rental is charged in full, and the car is free again."""
    ending.check(booking_id, Way.MISSED, shown=body.shown, at=call.at)
    cancelling.miss(booking_id, by=call.caller.actor, at=call.at, reason=body.reason)
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/hand-over",
    tag=TAG,
    summary="Give the keys",
    answers=MADE,
    errors=(BookingNotFound, CarBusy, MoveImpossible, NotReady, OdometerBackwards),
    matches=booking_file.SEEN_WITH_CAR,
)
def admin_hand_over(call: Call, *, booking_id: UUID, body: HandOver) -> Answer:
    """Only with every check made, all photos taken, the rental paid for, the agreement signed and the
    deposit held: the refusal names what is missing."""
    handover.hand_over(booking_id, _condition(body, body.checks), by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/take-back",
    tag=TAG,
    summary="Take the keys back",
    answers=MADE,
    errors=(
        BookingNotFound,
        CarBusy,
        MoveImpossible,
        NotReady,
        OdometerBackwards,
        NoAmount,
        NothingMarked,
        ChargeUnusable,
    ),
    matches=booking_file.SEEN_WITH_CAR,
)
def admin_take_back(call: Call, *, booking_id: UUID, body: TakeBack) -> Answer:
    """With all photos taken. What mileage, fuel and time cost is worked out by the rules that were agreed."""
    booking = transitions.lock(booking_id)
    if not transitions.allowed(booking, Move.TAKE_BACK):
        raise MoveImpossible(State(booking.state), Move.TAKE_BACK)
    due = handover.proposed_charges(
        booking, odometer=body.odometer, fuel_eighths=body.fuel_eighths, at=call.at
    )
    for charge in body.charges:
        amount = charge.amount.plain()
        if amount.currency != booking.currency:
            raise NoAmount
        due.append(ChargeLine(ChargeKind(charge.kind), amount, note=charge.note))
    handover.take_back(
        booking_id,
        _condition(body, body.checks),
        charges=due,
        claim=Claim(body.claim.estimate.plain(), body.claim.positions) if body.claim else None,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/settle",
    tag=TAG,
    summary="Settle a rental",
    answers={
        202: Says(AdminBooking, "PayPal is asked; the booking closes, with its invoice, once it is done.")
    },
    errors=(
        BookingNotFound,
        CarBusy,
        MoveImpossible,
        AlreadySettling,
        BeyondDeposit,
        ChargesContested,
        ReasonMissing,
    ),
    matches=booking_file.SEEN_WITH_CAR,
)
def admin_settle_booking(call: Call, *, booking_id: UUID, body: Settling) -> Answer:
    """Take the charges from the deposit, let the rest go, capture what is missing of the rental.

    What exceeds the deposit is billed, where `bill` says how much that is; else it is refused.
    """
    booking = transitions.lock(booking_id)
    dropped = set(body.dropped)
    if any(row.id in dropped for row in booking.charges) and body.reason is None:
        raise ReasonMissing
    settlement.settle(
        booking_id,
        charge_ids={row.id for row in booking.charges if row.id not in dropped},
        by=call.caller.actor,
        at=call.at,
        reason=body.reason,
        bill=body.bill.plain() if body.bill else None,
    )
    return Answer(booking_file.look(booking_id), 202)


def _condition(report: Report, checks: tuple[str, ...]) -> Condition:
    return Condition(
        odometer=report.odometer, fuel_eighths=report.fuel_eighths, checks=checks, marks=report.marks
    )
