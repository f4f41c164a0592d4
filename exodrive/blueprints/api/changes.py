"""Changes of a booking: a dry run says what one would do, and the same call without it does it."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints.api import driver_shapes
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.bookings import SEEN, own
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.change_shapes import ChangeAnswer, Changes, ChangeWish
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.quotes import TAG
from exodrive.blueprints.api.refusals import DetailsRefused
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.change_rules import (
    CarUnfit,
    ChangeImpossible,
    ChangeUnexplained,
    NothingToChange,
    PolicyForbids,
)
from exodrive.bookings.change.change_tokens import ChangeForged, StaleChange
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_states import Fault
from exodrive.bookings.changes import ChangeOpen, ChangeSettled
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation import ordering
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible, TooManyDrivers
from exodrive.bookings.reservation.ordering import HoldEnded, PriceChanged
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.house import queries as houses
from exodrive.house.queries import PlaceNotFound
from exodrive.kernel.errors import DomainError
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown

ERRORS: tuple[type[DomainError], ...] = (
    ChangeImpossible, NothingToChange, ChangeOpen, StaleChange, PriceChanged, DatesRefused, NotEligible,
    TooManyDrivers, CarUnfit, CarNotFound, CarTaken, CarBusy, MoneyUnderWay, PlaceNotFound, ExtraUnknown,
    ExtraQuantity, ChangeForged, ChangeUnexplained, HoldEnded, DetailsRefused, CannotRent,
)  # fmt: skip
WITHDRAWN = {200: Says(Changes, "Nothing waits any more.")}
ANSWERS = {200: Says(ChangeAnswer, "What it would do, or has done; `state` says which.")}


def lock_for_change(booking_id: UUID, body: ChangeWish) -> None:
    """The turns on both cars come before the booking; what is only shown waits for nobody."""
    if not body.dry_run:
        changing.lock(booking_id, car_id=fleet.any_car(body.car).id if body.car else None)


@operation(
    "POST",
    "/bookings/<uuid:booking_id>/changes",
    tag=TAG,
    summary="Change a booking",
    answers=ANSWERS,
    errors=(*ERRORS, PolicyForbids),
    matches=Seen(lock_for_change, SEEN.look),
    booking=own,
)
def change_booking(call: Call, *, booking_id: UUID, body: ChangeWish) -> Answer:
    """Change dates, car, places or extras within the policy, for the total that a dry run has shown.

    What costs more waits until the customer has approved the difference at PayPal; the booking's page leads
    there. Where the total is another by now, nothing is done and the refusal names it.
    """
    return change(call, booking_id, body, fault=Fault.CUSTOMER, by_staff=False, reason=None)


def change(
    call: Call,
    booking_id: UUID,
    body: ChangeWish,
    *,
    fault: Fault,
    by_staff: bool,
    reason: str | None,
    shape: type[ChangeAnswer] = ChangeAnswer,
) -> Answer:
    """Show it, or do it for the total that was shown. Raises PriceChanged and what a change may meet."""
    impact = changing.preview(booking_id, _wanted(body), at=call.at, fault=fault, by_staff=by_staff)
    if body.dry_run:
        return Answer(shape.of(impact, None))
    if body.agreed_total is None or body.agreed_total.plain() != impact.after.total:
        raise ordering.PriceChanged(impact.after.total)
    key = str(current_app.config["SECRET_KEY"])
    change = changing.agree(
        booking_id,
        change_tokens.sign(impact, secret=key, by_staff=by_staff, at=call.at),
        secret=key,
        by=call.caller.actor,
        by_staff=by_staff,
        reason=reason,
        at=call.at,
    )
    return Answer(shape.of(impact, change))


def _wanted(body: ChangeWish) -> Wanted:
    return Wanted(
        pickup_at=body.pickup_at,
        return_at=body.return_at,
        car_id=fleet.any_car(body.car).id if body.car else None,
        pickup_place=body.pickup_place,
        return_place=body.return_place,
        delivery_address=body.delivery_address,
        extras=body.extras,
        drop_drivers=tuple(sorted(set(body.drop_drivers))),
        add_drivers=tuple(driver_shapes.additional(body.add_drivers, home=houses.house().country)),
    )


@operation(
    "POST",
    "/bookings/<uuid:booking_id>/changes/withdraw",
    tag=TAG,
    summary="Let a change go that waits for its payment",
    answers=WITHDRAWN,
    errors=(ChangeSettled,),
    matches=SEEN,
    booking=own,
)
def withdraw_change(call: Call, *, booking_id: UUID) -> Answer:
    """The booking stays as it is; normal twice. Refused once the payer has approved it."""
    return withdraw(call, booking_id, reason=None)


@operation(
    "GET",
    "/bookings/<uuid:booking_id>/changes",
    tag=TAG,
    summary="Read the changes of a booking",
    answers={200: Says(Changes, "All that somebody said yes to, in order.")},
    booking=own,
)
def read_changes(call: Call, *, booking_id: UUID) -> Answer:
    """What was asked for, and what became of it; one that waits says where its payer can be sent."""
    return Answer(Changes.of(booking_id, at=call.at))


def withdraw(call: Call, booking_id: UUID, *, reason: str | None) -> Answer:
    """Let go of a change that waits; normal twice. Raises ChangeSettled."""
    changing.withdraw(booking_id, by=call.caller.actor, at=call.at, reason=reason)
    return Answer(Changes.of(booking_id, at=call.at))
