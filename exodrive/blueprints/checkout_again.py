"""Holding a car again whose hold has ended: the same dates at today's price, if nobody else has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from exodrive.availability import queries as availability
from exodrive.blueprints import car_page, counter, promises, search
from exodrive.blueprints.visitors import visitor
from exodrive.bookings.models import Booking
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation import offers, promoting
from exodrive.bookings.reservation.offers import Journey, Offer
from exodrive.pricing.request import PriceRequest


@dataclass(frozen=True, slots=True)
class Again:
    """The offer, with its promise for the form. Without an offer the dates are gone, but the car is not."""

    offer: Offer | None
    promise: str
    params: dict[str, str]


def again(booking: Booking, *, at: datetime) -> Again:
    """What can be done about an ended hold; inside a transaction."""
    journey = Journey.of(booking)
    code = promoting.code_of(PriceRequest.from_json(booking.request))
    params = search.journey_params(journey, code=code)
    desk = counter.desk(at=at, currencies={booking.currency})
    try:
        offer = offers.make(booking.car, journey, desk=desk, at=at)
    except DatesRefused:
        return Again(None, "", params)
    if code:
        offer = car_page.with_code(offer, code, desk=desk, at=at)[0]
    rentable = booking.car.visible and booking.car.available
    # Its own place may not have been given back yet: whoever holds next does that.
    if not rentable or not availability.is_free(booking.car_id, offer.period, ignoring_booking=booking.id):
        return Again(None, "", params)
    visitor()  # as on the car's page
    return Again(offer, promises.sign(offer, secret=current_app.config["SECRET_KEY"], at=at), params)
