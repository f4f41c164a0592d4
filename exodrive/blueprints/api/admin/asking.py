"""Asking once more, by the staff's programs: PayPal for what it refused, the renter for the deposit."""

from __future__ import annotations

from uuid import UUID

from pydantic import ConfigDict

from exodrive.blueprints.api.admin import booking_file, money_deeds
from exodrive.blueprints.api.admin.booking_file import AdminBooking
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.money import TAG
from exodrive.blueprints.api.admin.money_deeds import SAYS
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Shape
from exodrive.bookings import handover
from exodrive.bookings.deposit import deposits
from exodrive.bookings.money import retrying
from exodrive.bookings.money.retrying import NothingRefused
from exodrive.bookings.transitions import BookingNotFound, MoveImpossible


class Because(Shape):
    """Why it is done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "PayPal has opened the account"}]})

    reason: Reason
    """It stays in the booking's record."""


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/retry-payment",
    tag=TAG,
    summary="Ask PayPal again for what it refused",
    answers=SAYS,
    errors=(BookingNotFound, NothingRefused),
    key_required=True,
    waits=True,
    matches=booking_file.SEEN,
)
def admin_retry_payment(call: Call, *, booking_id: UUID, body: Because) -> Answer:
    """The newest refused call of the booking is made once more, as a call of its own.

    A payer who was declined chooses again by themselves: that is no refusal of the house.
    """
    wanted = retrying.retry(booking_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return money_deeds.asked(booking_id, wanted)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/ask-deposit",
    tag=TAG,
    summary="Ask for the deposit now",
    answers={200: Says(AdminBooking, "The renter is asked by mail and on the booking's page.")},
    errors=(BookingNotFound,),
    matches=booking_file.SEEN,
)
def admin_ask_deposit(call: Call, *, booking_id: UUID) -> Answer:
    """Before the scheduler would. Normal twice; nothing is asked where no deposit is wanted, or not yet."""
    deposits.ask(booking_id, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/waive-deposit",
    tag=TAG,
    summary="Let the keys go out without a deposit",
    answers={200: Says(AdminBooking, "`deposit_waiver` has the reason.")},
    errors=(BookingNotFound, MoveImpossible),
    matches=booking_file.SEEN,
)
def admin_waive_deposit(call: Call, *, booking_id: UUID, body: Because) -> Answer:
    """The house's own risk: who decided it and why stays in the record."""
    handover.waive_deposit(booking_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))
