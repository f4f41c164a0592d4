"""Bookings for the staff's programs: finding, reading, making and cancelling them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from flask import current_app
from pydantic import ConfigDict, Field

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import counter as counters
from exodrive.blueprints.api import answers, driver_shapes, journeys
from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.booking_file import AdminBooking, BookingRow, BookingRows
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls import callers
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.driver_shapes import DRIVER, RENTER, AdditionalDriver, Renter
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.quotes import Code, PromoCode, Quantity
from exodrive.blueprints.api.refusals import AddressMissing, DetailsRefused, OutOfScope
from exodrive.blueprints.api.shapes import Line, Moment, Money, Seal, Shape, Slug
from exodrive.bookings import cancelling, ending, queries
from exodrive.bookings.cancelling import TermsChanged
from exodrive.bookings.ending import EndingChanged, Way
from exodrive.bookings.money import prepayment
from exodrive.bookings.money.prepayment import NothingOwed, WaiverUnexplained
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote import counter
from exodrive.bookings.quote.counter import Wish
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible, TooManyDrivers
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.bookings.reservation.ordering import PolicyNotAccepted, PriceChanged
from exodrive.bookings.transitions import BookingNotFound, MoveImpossible
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.house.queries import PlaceNotFound
from exodrive.kernel.cursors import CursorUnreadable
from exodrive.payments.opening import AlreadyPaid
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown

TAG = "Desk: bookings"
View = Literal["open", "unpaid", "unsigned", "confirmed", "on_rent", "to_settle", "all"]
Reason = Annotated[Line, Field(max_length=500)]


class BookingFilters(Paged):
    """Which bookings: the desk's saved views, and its search that forgives."""

    view: View = "open"
    """A saved view of the desk."""
    q: Annotated[str, Field(max_length=100)] = ""
    """Parts of names, addresses, references and plates, in any order."""
    pickup_from: Moment | None = None
    """Only bookings that are picked up from then on."""


class CounterWish(Shape):
    """What a customer at the counter or on the telephone wants."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "car": "aurelia-gt",
                    "pickup_place": "rockville",
                    "pickup_at": "2026-12-11T10:00:00-05:00",
                    "return_at": "2026-12-14T10:00:00-05:00",
                    "renter": RENTER,
                    "additional_drivers": [DRIVER],
                    "accepted_policies": True,
                }
            ]
        }
    )

    car: Slug
    pickup_place: Slug
    return_place: Slug | None = None
    """Left out: back to where it was picked up."""
    pickup_at: Moment
    return_at: Moment
    delivery_address: Annotated[Line, Field(max_length=300)] | None = None
    renter: Renter
    additional_drivers: Annotated[tuple[AdditionalDriver, ...], Field(max_length=20)] = ()
    extras: Annotated[dict[Code, Quantity], Field(max_length=30)] = Field(default_factory=dict)
    """How many of each extra, by its code."""
    accepted_policies: bool
    """That the renter was told the house's terms and accepts them."""
    promo_code: PromoCode | None = None
    agreed_total: Money | None = None
    """What the renter was told. Left out: the price as it is."""
    prepayment: bool = True
    """False lets it stand unpaid, for a `reason`; takes the scope `bookings:manage` as well."""
    reason: Reason | None = None
    """Why it is not paid in advance."""


class Waiving(Shape):
    """Why a booking needs no payment in advance."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "A guest of ten years"}]})

    reason: Reason


class AdminCancelling(Shape):
    """Cancel for so much, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"agreed_fee": {"amount": 0, "currency": "USD"}, "reason": "The customer called"}]
        }
    )

    agreed_fee: Money
    """What the booking said that cancelling costs; nothing where the fault is the house's."""
    reason: Reason
    houses_fault: bool = False
    """Everything goes back. Takes the scope `bookings:manage` as well."""
    shown: Seal | None = None
    """The `seal` of what ending it would do: where that is something else by now, nothing is done."""


@operation(
    "GET",
    "/admin/bookings",
    tag=TAG,
    summary="List bookings",
    answers={200: Says(BookingRows, "A page of bookings, latest pick-up first.")},
    errors=(CursorUnreadable,),
)
def admin_list_bookings(_call: Call, *, query: BookingFilters) -> Answer:
    """The desk's list, page by page."""
    found = queries.listing(
        view=query.view, text=query.q, pickup_from=query.pickup_from, cursor=query.cursor, limit=query.limit
    )
    return Answer(BookingRows(items=tuple(BookingRow.of(row) for row in found.rows), next=found.following))


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>",
    tag=TAG,
    summary="Read a booking",
    answers={200: Says(AdminBooking, "How it stands.")},
    errors=(BookingNotFound,),
)
def admin_read_booking(_call: Call, *, booking_id: UUID) -> Answer:
    """All that the desk knows of a booking."""
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings",
    tag=TAG,
    summary="Book for a customer",
    answers={201: Says(AdminBooking, "Ordered: the customer gets the way to pay by mail.")},
    errors=(
        DetailsRefused, AddressMissing, DatesRefused, NotEligible, CannotRent, PriceChanged, CarTaken,
        PolicyNotAccepted, TooManyDrivers, CarBusy, CarWithdrawn, CarNotFound, PlaceNotFound, ExtraUnknown,
        ExtraQuantity, OutOfScope, WaiverUnexplained, PromotionRefused,
    ),
    key_required=True,
)  # fmt: skip
def admin_create_booking(call: Call, *, body: CounterWish) -> Answer:
    """Hold the car and order it in one go, by the same rules as in the shop.

    The renter pays and signs by themselves: the mails with the links go out as after an order on the pages.
    Without `prepayment` it goes on to its agreement, and is paid at the counter or at PayPal before the keys.
    """
    if not body.prepayment:
        _check_waiver(call, body.reason)
    car = fleet.any_car(body.car)
    desk = counters.desk(at=call.at, currencies={car.currency})
    journey = journeys.journey(
        pickup_place=body.pickup_place,
        return_place=body.return_place,
        pickup_at=body.pickup_at,
        return_at=body.return_at,
        desk=desk,
    )
    places = (journey.pickup_place, journey.return_place)
    address = journeys.delivery_address(places, body.delivery_address)
    renter, *others = driver_shapes.details(body.renter, body.additional_drivers, home=desk.house.country)
    wish = Wish(
        car=car,
        journey=journey,
        renter=renter,
        accepted=body.accepted_policies,
        agreed_total=body.agreed_total.plain() if body.agreed_total else None,
        delivery_address=address,
        additional=tuple(others),
        extras=body.extras,
        promo_code=body.promo_code or "",
        unpaid=None if body.prepayment else body.reason,
    )
    booking, _ = counter.book(
        wish,
        desk=desk,
        prefix=desk.house.reference_prefix,
        key=current_app.config["SECRET_KEY"],
        source="api",
        by=call.caller.actor,
        at=call.at,
    )
    where = {"Location": answers.address("admin_read_booking", booking_id=booking.id)}
    return Answer(booking_file.look(booking.id), 201, where)


def _check_waiver(call: Call, reason: str | None) -> None:
    """A rental that is not paid in advance is a manager's decision, and says why."""
    callers.check_decides(call.caller)
    if reason is None:
        raise WaiverUnexplained


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/waive-prepayment",
    tag=TAG,
    summary="Let a booking stand unpaid",
    answers={200: Says(AdminBooking, "It goes on to its agreement.")},
    errors=(BookingNotFound, MoveImpossible, AlreadyPaid),
    matches=booking_file.SEEN,
)
def admin_waive_prepayment(call: Call, *, booking_id: UUID, body: Waiving) -> Answer:
    """An ordered booking needs no payment in advance any more: it is paid before the keys go out."""
    prepayment.waive(booking_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/ask-payment",
    tag=TAG,
    summary="Ask for what was not paid in advance",
    answers={200: Says(AdminBooking, "The renter gets the way to PayPal by mail.")},
    errors=(BookingNotFound, NothingOwed),
    matches=booking_file.SEEN,
)
def admin_ask_payment(call: Call, *, booking_id: UUID) -> Answer:
    """Mail the way to pay at PayPal. What the counter has begun to take, it takes whole."""
    prepayment.ask(booking_id, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/cancel",
    tag=TAG,
    summary="Cancel a booking",
    answers={200: Says(AdminBooking, "Cancelled.")},
    errors=(BookingNotFound, TermsChanged, EndingChanged, MoveImpossible, OutOfScope),
    matches=booking_file.SEEN,
)
def admin_cancel_booking(call: Call, *, booking_id: UUID, body: AdminCancelling) -> Answer:
    """Cancel for the fee that the booking names, or for nothing where the fault is the house's. Normal twice.

    What is to go back is released or refunded by workers: see the booking's payments.
    """
    if body.houses_fault:
        callers.check_decides(call.caller)
    way = Way.HOUSES_FAULT if body.houses_fault else Way.CANCELLED
    ending.check(booking_id, way, shown=body.shown, at=call.at)
    cancelling.cancel(
        booking_id,
        agreed_fee=body.agreed_fee.plain(),
        by=call.caller.actor,
        at=call.at,
        reason=body.reason,
        houses_fault=body.houses_fault,
    )
    return Answer(booking_file.look(booking_id))
