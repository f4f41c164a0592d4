"""What becomes of a booking's charges, by the staff's programs: assessed, shown, answered for, lowered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.booking_file import Position
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.charges import BookedCharge
from exodrive.blueprints.api.admin.money import REFUSALS, TAG, Asked
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import LARGEST_AMOUNT, WHOLE, Currency, Shape
from exodrive.bookings import transitions
from exodrive.bookings.after_return import evidence, late_charges, lowering, objections
from exodrive.bookings.after_return.evidence import PhotoUnknown, TooMuchEvidence
from exodrive.bookings.after_return.late_charges import ChargeUnusable
from exodrive.bookings.after_return.lowering import AlreadyBilled, NotLess
from exodrive.bookings.after_return.objections import ObjectionNotFound, ObjectionUnusable
from exodrive.bookings.by_hand.correcting import ReasonWanted
from exodrive.bookings.by_hand.purse import AmountBeyond, NoAmount
from exodrive.bookings.by_hand.refunding import NothingTaken, RefundTooLate
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge.charge_models import Answer as Outcome
from exodrive.bookings.charge.charges import ChargeClosed, ChargeNotFound
from exodrive.bookings.transitions import BookingNotFound
from exodrive.invoicing.issuing import InvoiceNotFound
from exodrive.kernel import money

# What taking something off a settled charge may meet: a refund, a credit note, a bill that is paid.
TAKING_OFF = (
    *REFUSALS, AlreadyBilled, NotLess, NothingTaken, RefundTooLate, NoAmount, AmountBeyond, InvoiceNotFound,
    ReasonWanted,
)  # fmt: skip


class Assessing(Shape):
    """What the damage costs, now that somebody has looked at it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": 38000, "currency": "USD"}}]}
    )

    amount: Asked


class Lowered(Shape):
    """So much, nothing included."""

    amount: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT), WHOLE]
    currency: Currency

    def plain(self) -> money.Money:
        return money.Money(self.amount, self.currency)


class Lowering(Shape):
    """What a settled charge comes to instead, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"amount": {"amount": 0, "currency": "USD"}, "reason": "The toll was paid"}]
        }
    )

    amount: Lowered
    reason: Reason
    """It stands on the credit note."""


class Answering(Shape):
    """What becomes of an objection, in words that the renter reads."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "reduced",
                    "amount": {"amount": 19000, "currency": "USD"},
                    "words": "Half of the mark was there before.",
                }
            ]
        }
    )

    outcome: Outcome
    amount: Asked | None = None
    """What it is reduced to; left out otherwise."""
    words: Annotated[str, Field(min_length=1, max_length=objections.LONGEST)]


class Showing(Shape):
    """Photos of the return that show it, each beside that of the pick-up."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"positions": ["front", "wheel_front_left"]}]})

    positions: Annotated[tuple[Position, ...], Field(min_length=1, max_length=8)]


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/charges/<uuid:charge_id>/assess",
    tag=TAG,
    summary="Assess a claimed charge",
    answers={200: Says(BookedCharge, "The amount stands, and waits for the settlement.")},
    errors=(BookingNotFound, ChargeNotFound, ChargeClosed, ChargeUnusable),
    matches=booking_file.SEEN,
)
def admin_assess_charge(call: Call, *, booking_id: UUID, charge_id: UUID, body: Assessing) -> Answer:
    """The estimate becomes an amount, and keeps the deposit no longer."""
    late_charges.assess(booking_id, charge_id, amount=body.amount.plain(), by=call.caller.actor, at=call.at)
    return _look(booking_id, charge_id)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/charges/<uuid:charge_id>/evidence",
    tag=TAG,
    summary="Show a charge by photos of the return",
    answers={200: Says(BookedCharge, "The renter sees them on the booking's page.")},
    errors=(BookingNotFound, ChargeNotFound, PhotoUnknown, TooMuchEvidence),
    matches=booking_file.SEEN,
)
def admin_show_charge(call: Call, *, booking_id: UUID, charge_id: UUID, body: Showing) -> Answer:
    """Normal twice: a position is shown once."""
    evidence.add(booking_id, charge_id, positions=body.positions, by=call.caller.actor, at=call.at)
    return _look(booking_id, charge_id)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/charges/<uuid:charge_id>/answer-objection",
    tag=TAG,
    summary="Answer an objection",
    answers={200: Says(BookedCharge, "Answered for good; the renter is told.")},
    errors=(
        ChargeNotFound, ChargeClosed, ObjectionNotFound, ObjectionUnusable, *TAKING_OFF,
    ),
    key_required=True,
    matches=booking_file.SEEN,
)  # fmt: skip
def admin_answer_objection(call: Call, *, booking_id: UUID, charge_id: UUID, body: Answering) -> Answer:
    """Keep the charge, reduce it or drop it.

    Of a settled one the difference is taken off its bill, or given back of the deposit.
    """
    objections.answer(
        booking_id,
        charge_id,
        outcome=body.outcome,
        words=body.words,
        amount=body.amount.plain() if body.amount else None,
        by=call.caller.actor,
        at=call.at,
    )
    return _look(booking_id, charge_id)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/charges/<uuid:charge_id>/lower",
    tag=TAG,
    summary="Lower a settled charge",
    answers={200: Says(BookedCharge, "Its bill asks for less; what came from the deposit goes back.")},
    errors=(ChargeNotFound, ChargeClosed, *TAKING_OFF),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_lower_charge(call: Call, *, booking_id: UUID, charge_id: UUID, body: Lowering) -> Answer:
    """Less than it comes to now, nothing included. A credit note says so."""
    lowering.lower(
        booking_id,
        charge_id,
        amount=body.amount.plain(),
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return _look(booking_id, charge_id)


def _look(booking_id: UUID, charge_id: UUID) -> Answer:
    booking = transitions.lock(booking_id)
    row = booked.one(booking, charge_id)
    said = objections.of_charges([row]).get(row.id)
    return Answer(BookedCharge.of(row, said, currency=booking.currency))
