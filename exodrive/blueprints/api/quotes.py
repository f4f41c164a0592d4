"""A price as a promise: priced, signed, and honoured for its life."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from pydantic import ConfigDict, Field

from exodrive.availability import queries as availability
from exodrive.blueprints import counter, promises, promo_codes
from exodrive.blueprints.api import journeys
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.callers import CallerKind
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.price_shapes import PLACE_EXAMPLE, PRICE_EXAMPLE, Cancellation, Place, Price
from exodrive.blueprints.api.shapes import WHOLE, Moment, Money, Shape, Slug
from exodrive.blueprints.promises import Promise
from exodrive.bookings import policy
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation import expiry, offers, promoting
from exodrive.bookings.reservation.drivers import TooManyDrivers
from exodrive.bookings.reservation.offers import Offer
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.house.queries import PlaceNotFound
from exodrive.kernel.ids import new_secret
from exodrive.pricing import quotes as pricing
from exodrive.pricing.days import RentalTooLong
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.quotes import QuoteForged
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown

TAG = "Booking"
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
PromoCode = Annotated[str, Field(min_length=1, max_length=promo_codes.LONGEST)]
Quantity = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
WISH: dict[str, Any] = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    "pickup_at": "2026-12-11T10:00:00-05:00",
    "return_at": "2026-12-14T10:00:00-05:00",
    "additional_drivers": 0,
    "extras": {},
}
EXAMPLE: dict[str, Any] = {
    "quote": "WyJzM2N1cmUiLCJwcm9taXNlIl0.dGhpcy1pcy1hbi1leGFtcGxl",
    "honoured_until": "2026-11-24T15:30:00Z",
    "available": True,
    "car": "aurelia-gt",
    "pickup_place": PLACE_EXAMPLE,
    "return_place": PLACE_EXAMPLE,
    "pickup_at": "2026-12-11T15:00:00Z",
    "return_at": "2026-12-14T15:00:00Z",
    "price": PRICE_EXAMPLE,
    "deposit": {"amount": 500000, "currency": "USD"},
    "cancellation": {
        "fee": {"amount": 0, "currency": "USD"},
        "free_until": "2026-12-08T15:00:00Z",
    },
}


class QuoteWish(Shape):
    """What is to be priced."""

    model_config = ConfigDict(json_schema_extra={"examples": [WISH]})

    car: Slug
    pickup_place: Slug
    return_place: Slug | None = None
    """Left out: back to the pick-up place."""
    pickup_at: Moment
    return_at: Moment
    extras: Annotated[dict[Code, Quantity], Field(max_length=30)] = Field(default_factory=dict)
    """How many of each extra, by its code."""
    additional_drivers: Annotated[int, Field(ge=0, le=20), WHOLE] = 0
    """Drivers beside the renter."""
    promo_code: PromoCode | None = None
    """What a customer typed; capitals, spaces and hyphens do not matter."""


class Quote(Shape):
    """A price that is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    quote: str
    """The promise itself, signed: send it back to book at this price."""
    honoured_until: Moment
    available: bool
    """Whether the car can be had then. A quote holds nothing."""
    car: str
    pickup_place: Place
    return_place: Place
    pickup_at: Moment
    return_at: Moment
    price: Price
    deposit: Money
    """The security deposit, held before the keys are handed over and released afterwards."""
    cancellation: Cancellation


@operation(
    "POST",
    "/quotes",
    tag=TAG,
    summary="Price a rental",
    write=False,
    answers={200: Says(Quote, "The price, line by line, as a promise.")},
    errors=(
        CarNotFound, PlaceNotFound, DatesRefused, RentalTooLong, ExtraUnknown, ExtraQuantity, TooManyDrivers,
        PromotionRefused,
    ),
)  # fmt: skip
def quote_rental(call: Call, *, body: QuoteWish) -> Answer:
    """What the rental costs with all that goes along, each line with its reason.

    Nothing is held. The quote is honoured until the time that it names, even where a price changes meanwhile.
    A promo code lowers it; its use is counted when the car is booked.
    """
    car = fleet.car(body.car)
    desk = counter.desk(at=call.at, currencies={car.currency})
    if body.additional_drivers > desk.policies.driver.additional_drivers:
        raise TooManyDrivers
    journey = journeys.journey(
        pickup_place=body.pickup_place,
        return_place=body.return_place,
        pickup_at=body.pickup_at,
        return_at=body.return_at,
        desk=desk,
    )
    offer = offers.make(
        car,
        journey,
        desk=desk,
        at=call.at,
        extras=body.extras,
        additional_drivers=body.additional_drivers,
    )
    if body.promo_code is not None:
        if call.caller.kind is not CallerKind.PARTNER:
            promo_codes.count_try()
        offer = promoting.with_code(offer, body.promo_code, desk=desk, at=call.at)
    terms = policy.cancellation(offer.price, journey.pickup_at, at=call.at, rules=desk.policies.cancellation)
    return Answer(
        Quote(
            quote=sign(offer, at=call.at),
            honoured_until=call.at.replace(microsecond=0) + pricing.LIFE,
            available=_is_free(offer, at=call.at),
            car=car.slug,
            pickup_place=Place.of(journey.pickup_place),
            return_place=Place.of(journey.return_place),
            pickup_at=journey.pickup_at,
            return_at=journey.return_at,
            price=Price.of(offer.price),
            deposit=Money.of(offer.deposit),
            cancellation=Cancellation.of(terms),
        )
    )


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote that came back. `mark` is its alone: who books by it twice finds the same booking."""

    promise: Promise
    mark: str


def sign(offer: Offer, *, at: datetime) -> str:
    """The promise of an offer, different each time, so that two callers never hold the same."""
    promise = promises.sign(offer, secret=current_app.config["SECRET_KEY"], at=at)
    return str(_serializer().dumps([new_secret(), promise]))


def read(token: str, *, at: datetime) -> Quoted:
    """Raises QuoteForged and QuoteExpired."""
    try:
        _, promise = _serializer().loads(token)
    except (BadData, ValueError) as error:
        raise QuoteForged from error
    mark = hashlib.sha256(token.encode()).hexdigest()
    return Quoted(promises.read(promise, secret=current_app.config["SECRET_KEY"], at=at), f"quote:{mark}")


def _is_free(offer: Offer, *, at: datetime) -> bool:
    if not offer.car.available:
        return False
    if availability.is_free(offer.car.id, offer.period):
        return True
    expiry.clear(offer.car.id, offer.period, at=at)
    return availability.is_free(offer.car.id, offer.period)


def _serializer() -> URLSafeSerializer:
    """The salt keeps other signed things from passing as a quote."""
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"],
        salt="api.quote",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
