"""What the staff's programs send to a renter: the agreement again, or a letter."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.booking_file import AdminBooking
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Line, Shape
from exodrive.bookings import addenda, signing, writing
from exodrive.bookings.addenda import NothingToSign
from exodrive.bookings.links import NobodyToWrite
from exodrive.bookings.transitions import BookingNotFound, MoveImpossible
from exodrive.bookings.writing import LetterUnusable

TAG = "Desk: letters"
# Lines of text: no control characters but those that break lines, and something to read.
Text = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:[^\u0000-\u001f\u007f-\u009f]|[\t\r\n])*[^\u0000-\u0020\u007f-\u00a0](?:[^\u0000-\u001f\u007f-\u009f]|[\t\r\n])*$"
    ),
]


class Letter(Shape):
    """Plain text: what looks like markup is shown as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"subject": "Where to park", "text": "Dear Maya,\n\npark anywhere in the yard."}]
        }
    )

    subject: Annotated[Line, Field(max_length=writing.LONGEST_SUBJECT)]
    text: Annotated[Text, Field(max_length=writing.LONGEST_TEXT)]
    """Empty lines stand between paragraphs."""


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/contract/resend",
    tag=TAG,
    summary="Send the agreement again",
    answers={202: Says(AdminBooking, "The mail is on its way.")},
    errors=(BookingNotFound, NothingToSign),
    matches=booking_file.SEEN,
)
def admin_resend_contract(call: Call, *, booking_id: UUID) -> Answer:
    """Mail the link to the agreement that waits for its signature once more. Older links stay good."""
    signing.remind(booking_id, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id), 202)


class Waiver(Shape):
    """Why the keys do not wait for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Signed on paper at the counter"}]})

    reason: Reason


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/addendum/waive",
    tag=TAG,
    summary="Let the keys go before the last change is signed",
    answers={200: Says(AdminBooking, "The keys do not wait for it; it can still be signed.")},
    errors=(BookingNotFound, NothingToSign, MoveImpossible),
    matches=booking_file.SEEN,
)
def admin_waive_addendum(call: Call, *, booking_id: UUID, body: Waiver) -> Answer:
    """For a reason that stays in the record. Another change asks for a signature of its own."""
    addenda.waive(booking_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/send-email",
    tag=TAG,
    summary="Write to the renter",
    answers={202: Says(AdminBooking, "The letter is on its way.")},
    errors=(BookingNotFound, NobodyToWrite, LetterUnusable),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_send_email(call: Call, *, booking_id: UUID, body: Letter) -> Answer:
    """Send a letter in the house's name: with the same key one, however often it is asked for."""
    writing.write(booking_id, subject=body.subject, text=body.text, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id), 202)
