"""What ending a booking would do, for the staff's programs: cancelled, by the house's fault, or missed."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from exodrive.blueprints.api.admin.bookings import TAG
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.endings import SHOWN, Ending
from exodrive.blueprints.api.operations import operation
from exodrive.blueprints.api.shapes import Shape
from exodrive.bookings import ending, queries
from exodrive.bookings.cancelling import TooEarly
from exodrive.bookings.ending import Way
from exodrive.bookings.transitions import BookingNotFound, MoveImpossible


class How(Shape):
    """In which way it would end."""

    way: Literal["cancelled", "houses_fault", "missed"] = "cancelled"
    """`missed` once the time of pick-up is over."""


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/ending",
    tag=TAG,
    summary="See what ending a booking would do",
    answers=SHOWN,
    errors=(BookingNotFound, MoveImpossible, TooEarly),
)
def admin_read_ending(call: Call, *, booking_id: UUID, query: How) -> Answer:
    """Cancelled by the policy, for nothing by the house's fault, or charged in full since nobody came."""
    return Answer(Ending.of(ending.of(queries.by_id(booking_id), Way(query.way), at=call.at)))
