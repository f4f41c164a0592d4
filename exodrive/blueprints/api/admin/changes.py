"""Changes of a booking by the staff's programs: beyond the policy too, with a reason."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from exodrive.availability.occupancies import Taken
from exodrive.availability.rules import OccupancyKind
from exodrive.blueprints.api import changes
from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.bookings import TAG, Reason
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.change_shapes import CHANGED, WISH, ChangeAnswer, Changes, ChangeWish
from exodrive.blueprints.api.changes import ERRORS, WITHDRAWN
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.shapes import Moment, Shape
from exodrive.bookings import queries
from exodrive.bookings.change.impact import Impact
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import Fault
from exodrive.bookings.changes import ChangeSettled
from exodrive.bookings.transitions import BookingNotFound


class AdminChangeWish(ChangeWish):
    """The same by staff, beyond the policy too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**WISH, "reason": "Asked by phone"}]})

    reason: Reason
    houses_fault: bool = False
    """It costs the customer nothing."""


NEAR: dict[str, Any] = {
    "side": "after",
    "kind": "booking",
    "booking": "EXD-7Q2K9M",
    "starts_at": "2026-12-16T14:00:00Z",
    "ends_at": "2026-12-19T18:00:00Z",
}


class Neighbour(Shape):
    """What the car is taken for next to the booking, preparation and turnaround included."""

    model_config = ConfigDict(json_schema_extra={"examples": [NEAR]})

    side: Literal["before", "after"]
    kind: OccupancyKind
    booking: str | None
    """Its reference; None for the workshop."""
    starts_at: Moment
    ends_at: Moment

    @classmethod
    def all_of(cls, impact: Impact) -> list[Neighbour]:
        """Those that there are, the earlier first; read in the caller's transaction."""
        before, after = impact.neighbours
        near: list[tuple[Literal["before", "after"], Taken | None]] = [("before", before), ("after", after)]
        known = queries.references([taken.booking_id for _, taken in near if taken and taken.booking_id])
        return [
            cls(
                side=side,
                kind=taken.kind,
                booking=known.get(taken.booking_id) if taken.booking_id else None,
                starts_at=taken.period.starts_at,
                ends_at=taken.period.ends_at,
            )
            for side, taken in near
            if taken is not None
        ]


class AdminChangeAnswer(ChangeAnswer):
    """The same, with who has the car before and after it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**CHANGED, "neighbours": [NEAR]}]})

    neighbours: list[Neighbour]

    @classmethod
    def of(cls, impact: Impact, change: Change | None) -> AdminChangeAnswer:
        shown = ChangeAnswer.of(impact, change)
        return cls(**dict(shown), neighbours=Neighbour.all_of(impact))


class Withdrawal(Shape):
    """Why it is let go of."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The customer called"}]})

    reason: Reason


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/changes",
    tag=TAG,
    summary="Change a booking",
    answers={200: Says(AdminChangeAnswer, "What it would do, or has done; `state` says which.")},
    errors=(*ERRORS, BookingNotFound),
    matches=Seen(changes.lock_for_change, booking_file.look),
)
def admin_change_booking(call: Call, *, booking_id: UUID, body: AdminChangeWish) -> Answer:
    """The same for staff: beyond the policy too, and for nothing where the fault is the house's."""
    fault = Fault.HOUSE if body.houses_fault else Fault.CUSTOMER
    return changes.change(
        call, booking_id, body, fault=fault, by_staff=True, reason=body.reason, shape=AdminChangeAnswer
    )


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/changes/withdraw",
    tag=TAG,
    summary="Let a change go that waits for its payment",
    answers=WITHDRAWN,
    errors=(ChangeSettled, BookingNotFound),
    matches=booking_file.SEEN,
)
def admin_withdraw_change(call: Call, *, booking_id: UUID, body: Withdrawal) -> Answer:
    """The same by staff, for a reason that stays in the record."""
    return changes.withdraw(call, booking_id, reason=body.reason)


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/changes",
    tag=TAG,
    summary="Read the changes of a booking",
    answers={200: Says(Changes, "All that somebody said yes to, in order.")},
    errors=(BookingNotFound,),
)
def admin_read_changes(call: Call, *, booking_id: UUID) -> Answer:
    """The same for staff."""
    queries.by_id(booking_id)
    return Answer(Changes.of(booking_id, at=call.at))
