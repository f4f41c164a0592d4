"""Holding a car again whose hold has ended: the same dates at today's price, if nobody else has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from exodrive.availability import queries as availability
from exodrive.blueprints import counter, promises, search
from exodrive.blueprints.visitors import visitor
from exodrive.bookings import offers
from exodrive.bookings.models import Booking
from exodrive.bookings.offers import Journey, Offer
from exodrive.bookings.policy import DatesRefused


@dataclass(frozen=True, slots=True)
class Again:
    """The offer, with its promise for the form. Without an offer the dates are gone, but the car is not."""

    offer: Offer | None
    promise: str
    params: dict[str, str]


def again(booking: Booking, *, at: datetime) -> Again:
    """What can be done about an ended hold; inside a transaction."""
    journey = Journey(booking.pickup_place, booking.return_place, booking.pickup_at, booking.return_at)
    params = search.journey_params(journey)
    try:
        offer = offers.make(
            booking.car, journey, desk=counter.desk(at=at, currencies={booking.currency}), at=at
        )
    except DatesRefused:
        return Again(None, "", params)
    rentable = booking.car.visible and booking.car.available
    # Its own place may not have been given back yet: whoever holds next does that.
    if not rentable or not availability.is_free(booking.car_id, offer.period, ignoring_booking=booking.id):
        return Again(None, "", params)
    visitor()  # as on the car's page
    return Again(offer, promises.sign(offer, secret=current_app.config["SECRET_KEY"], at=at), params)
