"""An offer: one car, two moments and two places, checked against the house's rules and priced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exodrive.availability import rules as availability
from exodrive.availability.rules import Period
from exodrive.bookings import policy
from exodrive.bookings.models import Booking
from exodrive.fleet.models import Car
from exodrive.house.models import House, Place
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.pricing import book, rules
from exodrive.pricing import days as counting
from exodrive.pricing.days import DayCount
from exodrive.pricing.price import Price
from exodrive.pricing.request import PriceRequest, Trip
from exodrive.pricing.rulebook import RuleBook, Terms


@dataclass(frozen=True, slots=True)
class Journey:
    """Where and when: both ends of a rental."""

    pickup_place: Place
    return_place: Place
    pickup_at: datetime
    return_at: datetime

    @classmethod
    def of(cls, booking: Booking) -> Journey:
        """As it is booked."""
        return cls(booking.pickup_place, booking.return_place, booking.pickup_at, booking.return_at)


@dataclass(frozen=True, slots=True)
class Offer:
    """A priced journey with one car. `period` is what the car is taken for, preparation included."""

    car: Car
    journey: Journey
    request: PriceRequest
    price: Price
    deposit: Money
    period: Period


@dataclass(frozen=True, slots=True)
class Desk:
    """What every offer of one request needs: loaded once, used for many cars."""

    house: House
    policies: Rulebook
    prices: Mapping[str, RuleBook]


def desk(house: House, policies: Rulebook, *, currencies: set[str], at: datetime) -> Desk:
    """Load the rule books of the currencies that the cars are priced in."""
    terms = Terms(
        zone=house.time_zone,
        method=DayCount(policies.rental_days.method),
        grace_minutes=policies.rental_days.grace_minutes,
    )
    return Desk(
        house,
        policies,
        {currency: book.load_book(currency, at=at, terms=terms) for currency in sorted(currencies)},
    )


def request_for(
    car: Car, journey: Journey, *, extras: Mapping[str, int] | None = None, additional_drivers: int = 0
) -> PriceRequest:
    """What is priced. Fees and taxes follow the places."""
    return request_at(
        car.day_rate,
        journey,
        car_id=car.id,
        category=car.category.slug,
        extras=extras,
        additional_drivers=additional_drivers,
    )


def request_at(
    day_rate: Money,
    journey: Journey,
    *,
    car_id: UUID,
    category: str,
    extras: Mapping[str, int] | None = None,
    additional_drivers: int = 0,
) -> PriceRequest:
    """The same for a car of which only this is known."""
    return PriceRequest(
        car_id=car_id,
        category=category,
        day_rate=day_rate,
        pickup_at=journey.pickup_at,
        return_at=journey.return_at,
        zone=journey.pickup_place.time_zone,
        jurisdiction=journey.pickup_place.jurisdiction,
        delivery=_trip(day_rate, journey.pickup_place, journey.pickup_place.delivery_fee),
        collection=_trip(day_rate, journey.return_place, journey.return_place.collection_fee),
        extras=dict(extras or {}),
        additional_drivers=additional_drivers,
    )


def price_of(request: PriceRequest, desk: Desk) -> Price:
    """The price by the rules in force. Raises what `pricing.rules.price` raises."""
    return rules.price(request, desk.prices[request.day_rate.currency])


def make(
    car: Car,
    journey: Journey,
    *,
    desk: Desk,
    at: datetime,
    extras: Mapping[str, int] | None = None,
    additional_drivers: int = 0,
) -> Offer:
    """Check the dates and work out the price. Raises DatesRefused, and what `pricing.rules.price` raises."""
    request = request_for(car, journey, extras=extras, additional_drivers=additional_drivers)
    if journey.return_at <= journey.pickup_at:
        raise policy.DatesRefused("return_before_pickup")
    price = price_of(request, desk)
    _check(journey, price.days, minimum_days=car.minimum_days, desk=desk, at=at)
    return assemble(car, journey, request, price, policies=desk.policies)


def checked_days(journey: Journey, *, desk: Desk, at: datetime) -> int:
    """The rental days of a journey that is within the house's rules, whatever a single car asks for.

    Raises DatesRefused and RentalTooLong.
    """
    if journey.return_at <= journey.pickup_at:
        raise policy.DatesRefused("return_before_pickup")
    days = counting.rental_days(
        journey.pickup_at,
        journey.return_at,
        zone=journey.pickup_place.time_zone,
        method=DayCount(desk.policies.rental_days.method),
        grace_minutes=desk.policies.rental_days.grace_minutes,
    )
    _check(journey, days, minimum_days=1, desk=desk, at=at)
    return days


def assemble(car: Car, journey: Journey, request: PriceRequest, price: Price, *, policies: Rulebook) -> Offer:
    """An offer from a price that stands already, such as a quote's."""
    return Offer(
        car,
        journey,
        request,
        price,
        deposit=policy.deposit(car.deposit, total=price.total, rules=policies.deposit),
        period=occupied(journey, policies=policies),
    )


def occupied(journey: Journey, *, policies: Rulebook) -> Period:
    """What the car is taken for: the promised times with preparation before and turnaround after."""
    before, after = margins(journey, policies=policies)
    promised = Period(journey.pickup_at, journey.return_at)
    return availability.occupied(promised, before_minutes=before, after_minutes=after)


def margins(journey: Journey, *, policies: Rulebook) -> tuple[int, int]:
    """Minutes of preparation and of turnaround at these places."""
    return policy.margins(
        policies.turnaround,
        delivered=journey.pickup_place.delivered,
        collected=journey.return_place.delivered,
    )


def _check(journey: Journey, days: int, *, minimum_days: int, desk: Desk, at: datetime) -> None:
    policy.check_dates(
        journey.pickup_at,
        journey.return_at,
        at=at,
        rules=desk.policies.booking,
        days=days,
        minimum_days=minimum_days,
        hours=desk.house.hours,
        zone=journey.pickup_place.zone,
    )


def _trip(day_rate: Money, place: Place, fee: int) -> Trip | None:
    return Trip(place.name, Money(fee, day_rate.currency)) if place.delivered and fee else None
