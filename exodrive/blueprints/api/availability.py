"""Which cars are free, and what the rental would cost."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from exodrive.blueprints import counter
from exodrive.blueprints.api import journeys
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.car_shapes import EXAMPLE as CAR
from exodrive.blueprints.api.car_shapes import Car
from exodrive.blueprints.api.cars import TAG, Wished
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.price_shapes import PLACE_EXAMPLE, Place
from exodrive.blueprints.api.shapes import Moment, Money, Shape, Slug
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation import finding
from exodrive.house.queries import PlaceNotFound
from exodrive.pricing.days import RentalTooLong

EXAMPLE: dict[str, Any] = {
    "pickup_at": "2026-12-11T15:00:00Z",
    "return_at": "2026-12-14T15:00:00Z",
    "pickup_place": PLACE_EXAMPLE,
    "return_place": PLACE_EXAMPLE,
    "items": [
        {
            "car": CAR,
            "days": 3,
            "total": {"amount": 299378, "currency": "USD"},
            "deposit": {"amount": 500000, "currency": "USD"},
        }
    ],
}


class Wish(Wished):
    """Where, when and which cars."""

    from_: Moment = Field(alias="from")
    """Pick-up."""
    to: Moment
    """Return."""
    place: Slug
    """The slug of the pick-up place; `GET /house` lists them."""
    back: Slug | None = None
    """The slug of the return place, if it is another."""


class FreeCar(Shape):
    """A car that is free then, with what the rental costs as it is asked for, taxes and fees of the places
    included."""

    car: Car
    days: int
    total: Money
    deposit: Money


class Availability(Shape):
    """What is free."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    pickup_at: Moment
    return_at: Moment
    pickup_place: Place
    return_place: Place
    items: tuple[FreeCar, ...]
    """Sixty at most: in a house with more, ask for less at a time."""


@operation(
    "GET",
    "/availability",
    tag=TAG,
    summary="Find free cars",
    answers={200: Says(Availability, "The cars that are free, with their totals.")},
    errors=(DatesRefused, RentalTooLong, PlaceNotFound),
)
def find_free_cars(call: Call, *, query: Wish) -> Answer:
    """The cars that are really free from pick-up to return, preparation included, and their whole price.

    Nothing is held by asking. For the lines of a price, and to keep it for a while, ask for a quote.
    """
    desk = counter.desk(at=call.at)
    journey = journeys.journey(
        pickup_place=query.place,
        return_place=query.back,
        pickup_at=query.from_,
        return_at=query.to,
        desk=desk,
    )
    offers = finding.free(journey, desk=desk, at=call.at, wishes=query.wishes)
    return Answer(
        Availability(
            pickup_at=journey.pickup_at,
            return_at=journey.return_at,
            pickup_place=Place.of(journey.pickup_place),
            return_place=Place.of(journey.return_place),
            items=tuple(
                FreeCar(
                    car=Car.of(offer.car),
                    days=offer.price.days,
                    total=Money.of(offer.price.total),
                    deposit=Money.of(offer.deposit),
                )
                for offer in offers
            ),
        )
    )
