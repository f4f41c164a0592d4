"""Booking, looking at it, and leaving it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from flask import current_app
from pydantic import ConfigDict, Field

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import counter
from exodrive.blueprints.api import answers, driver_shapes, journeys, quotes
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.booking_shapes import BOOKING, Booking
from exodrive.blueprints.api.calls.callers import CallerKind
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.driver_shapes import DRIVER, RENTER, AdditionalDriver, Renter
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.quotes import TAG
from exodrive.blueprints.api.refusals import AddressMissing, DetailsRefused
from exodrive.blueprints.api.shapes import Line, Money, Seal, Shape
from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.booking_page.steps import PayStep
from exodrive.bookings import cancelling, ending, models, transitions
from exodrive.bookings.cancelling import TermsChanged
from exodrive.bookings.ending import EndingChanged, Way
from exodrive.bookings.reservation import expiry, holding, offers, ordering
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible, TooManyDrivers
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.bookings.reservation.ordering import HoldEnded, OrderDetails, PolicyNotAccepted, PriceChanged
from exodrive.bookings.states import Move, State
from exodrive.bookings.transitions import MoveImpossible
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.house.queries import PlaceNotFound
from exodrive.kernel import clock, money
from exodrive.kernel.contention import car_lock
from exodrive.kernel.errors import DomainError
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.quotes import QuoteExpired, QuoteForged
from exodrive.pricing.request import PriceRequest

ORDER_ERRORS: tuple[type[DomainError], ...] = (
    DetailsRefused, AddressMissing, HoldEnded, NotEligible, CannotRent, PriceChanged, PolicyNotAccepted,
    TooManyDrivers, PromotionRefused, CarTaken, CarBusy,
)  # fmt: skip
ORDER: dict[str, Any] = {
    "renter": RENTER,
    "additional_drivers": [DRIVER],
    "accepted_policies": True,
    "delivery_address": None,
}


class Order(Shape):
    """Who drives, and that the terms are accepted."""

    model_config = ConfigDict(json_schema_extra={"examples": [ORDER]})

    renter: Renter
    additional_drivers: Annotated[tuple[AdditionalDriver, ...], Field(max_length=20)] = ()
    """As many as the quote was asked for: each of them may cost something."""
    accepted_policies: bool
    """That the renter has read and accepted the house's terms."""
    delivery_address: Annotated[Line, Field(max_length=300)] | None = None
    """Where the car is brought or fetched, if one of the places says so."""


class BookingWish(Shape):
    """A quote, and who takes it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"quote": quotes.EXAMPLE["quote"], "order": ORDER}]}
    )

    quote: Annotated[str, Field(min_length=1, max_length=12_000, pattern=r"^[A-Za-z0-9._=-]+$")]
    """The text of a quote."""
    order: Order | None = None
    """Left out: the car is held for a while, to be ordered later."""


class NewBooking(Shape):
    """A booking that was made, with what opens it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "q2Vd0eJ1kq6vQ0wHc1x3bq7cV1Zy8m3n0o5p6r7s8t9",
                    "page": "https://rentals.example/b/q2Vd0eJ1kq6vQ0wHc1x3bq7cV1Zy8m3n0o5p6r7s8t9",
                    "booking": BOOKING,
                }
            ]
        }
    )

    key: str
    """Opens this booking and its payments: `Authorization: Bearer <key>`. It is told only here."""
    page: str
    """The booking's page for its customer, behind the same secret."""
    booking: Booking


class Cancelling(Shape):
    """Cancel, for so much."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agreed_fee": {"amount": 0, "currency": "USD"}}]}
    )

    agreed_fee: Money
    """What the booking said that cancelling costs."""
    shown: Seal | None = None
    """The `seal` of what ending it would do: where that is something else by now, nothing is done."""


def own(booking_id: UUID, **_: Any) -> UUID:
    """The booking of the path."""
    return booking_id


def look(booking_id: UUID, call: Call) -> Standing:
    """How a booking stands. Its page's secret is not told again."""
    return standing.load(booking_id, "", at=call.at)


def _look(booking_id: UUID, **_: Any) -> Booking:
    return Booking.of(standing.load(booking_id, "", at=clock.now()))


def _lock(booking_id: UUID, **_: Any) -> None:
    transitions.lock(booking_id)


def _lock_with_car(booking_id: UUID, **_: Any) -> None:
    transitions.lock_with_car(booking_id)


# The booking of the path as its customer saw it.
SEEN, SEEN_WITH_CAR = Seen(_lock, _look), Seen(_lock_with_car, _look)


def _turn(body: BookingWish, **_: Any) -> AbstractContextManager[None]:
    return car_lock(quotes.read(body.quote, at=clock.now()).promise.quote.request.car_id)


@operation(
    "POST",
    "/bookings",
    tag=TAG,
    summary="Book a car",
    answers={201: Says(NewBooking, "The car is yours: held, or ordered and to be paid.")},
    errors=(*ORDER_ERRORS, QuoteForged, QuoteExpired, CarWithdrawn, PlaceNotFound),
    waits=True,
    turn=_turn,
)
def create_booking(call: Call, *, body: BookingWish) -> Answer:
    """Hold the quoted car and, with `order`, order it in the same breath: all of it is done, or nothing.

    The price is the quote's. The same quote makes one booking, however often it is sent. After the order
    PayPal is asked for a way to pay; `payments` shows it within seconds, or at once with `Prefer: wait`.
    """
    quoted = quotes.read(body.quote, at=call.at)
    promise = quoted.promise
    car = fleet.car_by_id(promise.quote.request.car_id)
    desk = counter.desk(at=call.at, currencies={car.currency})
    offer = offers.assemble(
        car, promise.journey(), promise.quote.request, promise.quote.price, policies=desk.policies
    )
    partner = call.caller.kind is CallerKind.PARTNER
    booking, secret = holding.hold(
        offer,
        policies=desk.policies,
        prefix=desk.house.reference_prefix,
        visitor=quoted.mark,
        key=current_app.config["SECRET_KEY"],
        at=call.at,
        by=call.caller.actor,
        source="partner" if partner else "api",
    )
    booking.api_token_id = call.caller.id if partner else None
    if body.order is not None:
        details = _details(body.order, transitions.lock_with_car(booking.id), promise.quote.request)
        ordering.place_order(booking.id, details, desk=desk, at=call.at, by=call.caller.actor)
    return _made(booking.id, secret, call)


@operation(
    "POST",
    "/bookings/<uuid:booking_id>/order",
    tag=TAG,
    summary="Order a held car",
    answers={200: Says(Booking, "Ordered: to be paid by `expires_at`.")},
    errors=ORDER_ERRORS,
    matches=SEEN_WITH_CAR,
    booking=own,
)
def order_booking(call: Call, *, booking_id: UUID, body: Order) -> Answer:
    """Say who drives, and turn the hold into an order at the price that was quoted.

    Sent again after it was ordered, it changes nothing and answers how the booking stands.
    """
    booking = transitions.lock(booking_id)
    desk = counter.desk(at=call.at, currencies={booking.currency})
    details = _details(body, booking, PriceRequest.from_json(booking.request))
    ordering.place_order(booking_id, details, desk=desk, at=call.at, by=call.caller.actor)
    return Answer(Booking.of(look(booking_id, call)))


@operation(
    "GET",
    "/bookings/<uuid:booking_id>",
    tag=TAG,
    summary="Read a booking",
    answers={200: Says(Booking, "How it stands.")},
    booking=own,
)
def read_booking(call: Call, *, booking_id: UUID) -> Answer:
    """How a booking stands: what is paid, where to sign, what cancelling would cost, and the papers."""
    return Answer(Booking.of(look(booking_id, call)))


@operation(
    "POST",
    "/bookings/<uuid:booking_id>/cancel",
    tag=TAG,
    summary="Cancel a booking",
    answers={200: Says(Booking, "Cancelled, or the hold is given up.")},
    errors=(TermsChanged, EndingChanged, MoveImpossible),
    matches=SEEN,
    booking=own,
)
def cancel_booking(call: Call, *, booking_id: UUID, body: Cancelling) -> Answer:
    """Cancel for the fee that the booking names; a hold is given up for nothing. Normal twice.

    Where it has come to cost another amount, nothing is done and the refusal names it. What is to come back
    is released or refunded by workers: see the booking's payments.
    """
    booking = transitions.lock(booking_id)
    if booking.state == State.HELD:
        _give_up(booking, body, call)
    else:
        ending.check(booking_id, Way.CANCELLED, shown=body.shown, at=call.at)
        cancelling.cancel(booking_id, agreed_fee=body.agreed_fee.plain(), by=call.caller.actor, at=call.at)
    return Answer(Booking.of(look(booking_id, call)))


def _give_up(booking: models.Booking, body: Cancelling, call: Call) -> None:
    nothing = money.Money.zero(booking.currency)
    if expiry.due(booking, at=call.at):
        raise MoveImpossible(State.EXPIRED, Move.CANCEL)
    if body.agreed_fee.plain() != nothing:
        raise TermsChanged(nothing)
    holding.give_up(booking.id, at=call.at, by=call.caller.actor)


def _details(order: Order, booking: models.Booking, quoted: PriceRequest) -> OrderDetails:
    """What is sent and what was quoted, together. Raises DetailsRefused, AddressMissing."""
    renter, *others = driver_shapes.details(
        order.renter, order.additional_drivers, home=houses.house().country
    )
    places = (booking.pickup_place, booking.return_place)
    return OrderDetails(
        renter=renter,
        agreed_total=booking.total_money,
        accepted=order.accepted_policies,
        pickup_place=places[0],
        return_place=places[1],
        delivery_address=journeys.delivery_address(places, order.delivery_address),
        additional=tuple(others),
        extras=quoted.extras,
    )


def _made(booking_id: UUID, secret: str, call: Call) -> Answer:
    """The new booking; with an order, until PayPal has a way to pay there is something to wait for."""

    def answer(found: Standing) -> Answer:
        booking = Booking.of(found)
        page = answers.public_address("booking_page.show", secret=secret)
        where = {"Location": answers.address("read_booking", booking_id=booking_id)}
        return Answer(NewBooking(key=secret, page=page, booking=booking), 201, where, resource=booking)

    def later() -> Answer | None:
        found = standing.load(booking_id, "", at=clock.now())
        return None if found.pay_step is PayStep.PREPARING else answer(found)

    found = look(booking_id, call)
    preparing = found.pay_step is PayStep.PREPARING
    return replace(answer(found), later=later if preparing else None)
