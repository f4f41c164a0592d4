"""What a caller must know of the house to ask for anything: places, categories, extras, rules."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from exodrive.blueprints import counter
from exodrive.blueprints.api import answers
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.car_shapes import Category
from exodrive.blueprints.api.cars import TAG
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.price_shapes import PLACE_EXAMPLE, Place
from exodrive.blueprints.api.shapes import Money, Shape
from exodrive.fleet import queries as fleet
from exodrive.house import queries as register

EXAMPLE: dict[str, Any] = {
    "name": "ExoDrive Exotics",
    "phone": "+1 301 555 0100",
    "email": "bookings@exodrive.example",
    "time_zone": "America/New_York",
    "currency": "USD",
    "places": [PLACE_EXAMPLE],
    "categories": [{"slug": "sports", "name": "Grand tourer"}],
    "extras": [
        {
            "code": "child-seat",
            "name": "Child seat",
            "description": "For one to four years.",
            "unit": "rental",
            "price": {"amount": 4000, "currency": "USD"},
            "most": 2,
        }
    ],
    "rules": {
        "minimum_age": 25,
        "licence_held_years": 2,
        "additional_drivers": 2,
        "hold_minutes": 15,
        "notice_hours": 4,
        "horizon_days": 150,
        "free_cancellation_hours": 72,
    },
    "terms": "https://rentals.example/terms",
}


class Extra(Shape):
    """Something that goes with the car."""

    code: str
    name: str
    description: str
    unit: str
    """What the price is for: `day`, `rental` or `mile`."""
    price: Money
    most: int
    """How many a rental can have."""


class Rules(Shape):
    """The figures that decide most requests. A category or a car may ask for more."""

    minimum_age: int
    licence_held_years: int
    additional_drivers: int
    hold_minutes: int
    """How long a car is held without an order."""
    notice_hours: int
    """How much time the house needs before a pick-up."""
    horizon_days: int
    """How far ahead a pick-up may be."""
    free_cancellation_hours: int
    """Until how long before the pick-up cancelling is free."""


class House(Shape):
    """The rental house."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    name: str
    phone: str
    email: str
    time_zone: str
    currency: str
    places: tuple[Place, ...]
    categories: tuple[Category, ...]
    extras: tuple[Extra, ...]
    """For cars in the house's currency."""
    rules: Rules
    terms: str
    """The rental terms, for people."""


@operation(
    "GET",
    "/house",
    tag=TAG,
    summary="Read the house",
    answers={200: Says(House, "The house.")},
)
def read_house(call: Call) -> Answer:
    """Its places, categories and extras by the names that other operations take, and its rules in figures."""
    card = register.house()
    desk = counter.desk(at=call.at, currencies={card.currency})
    rules = desk.policies
    return Answer(
        House(
            name=card.name,
            phone=card.phone,
            email=card.email,
            time_zone=card.time_zone,
            currency=card.currency,
            places=tuple(Place.of(place) for place in register.places()),
            categories=tuple(Category(slug=kind.slug, name=kind.name) for kind in fleet.categories()),
            extras=tuple(
                Extra(
                    code=extra.code,
                    name=extra.name,
                    description=extra.description,
                    unit=extra.unit,
                    price=Money.of(extra.amount),
                    most=extra.max_quantity,
                )
                for extra in desk.prices[card.currency].offered()
            ),
            rules=Rules(
                minimum_age=rules.driver.minimum_age,
                licence_held_years=rules.driver.licence_held_years,
                additional_drivers=rules.driver.additional_drivers,
                hold_minutes=rules.booking.hold_minutes,
                notice_hours=rules.booking.notice_hours,
                horizon_days=rules.booking.horizon_days,
                free_cancellation_hours=rules.cancellation.free_until_hours,
            ),
            terms=answers.public_address("catalog.terms"),
        )
    )
