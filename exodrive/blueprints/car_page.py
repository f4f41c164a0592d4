"""One car's page: its price for the dates asked for, its calendar, and what is near when it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, request

from exodrive.availability import queries as availability
from exodrive.blueprints import car_calendar, counter, date_words, promises, search
from exodrive.blueprints.car_calendar import Month
from exodrive.blueprints.htmx import page
from exodrive.blueprints.search import Search
from exodrive.blueprints.visitors import known, visitor
from exodrive.bookings import expiry, finding, holding, links, offers, policy
from exodrive.bookings.models import Booking
from exodrive.bookings.offers import Desk, Offer
from exodrive.bookings.policy import CancellationTerms, DatesRefused
from exodrive.bookings.states import State
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.house import queries as house
from exodrive.pricing.days import RentalTooLong
from exodrive.rendering import policies

SIMILAR = 3


@dataclass
class CarView:
    """All that the page shows. `offer` is the price for good dates, `free` whether the car can be had, `mine`
    what this visitor has begun with the car already, `my_secret` that of the link to it.
    """

    car: Car
    search: Search
    desk: Desk
    month: Month
    offer: Offer | None
    free: bool
    mine: Booking | None
    my_secret: str
    promise: str
    terms: CancellationTerms | None
    others: list[Offer]
    similar: list[Offer]
    relatives: list[Car]

    @staticmethod
    def params_of(offer: Offer) -> dict[str, str]:
        """An offer's dates and places as parts of an address."""
        return search.journey_params(offer.journey)


def look(slug: str, args: Mapping[str, str], *, at: datetime) -> CarView:
    """Gather the page, inside a transaction. Raises CarNotFound."""
    car = fleet.car(slug)
    asked = search.read(args, house.places(), partly=True)
    desk = counter.desk(at=at, currencies=fleet.currencies() | {car.currency})
    offer = _offer(car, asked, desk=desk, at=at)
    mine = _begun(car, at=at)
    free = offer is not None and _is_free(offer, mine, at=at)
    near = offer is not None and not free
    if free:
        visitor()  # marked before the button is there: two clicks at once are one person's, not two rivals'
    return CarView(
        car=car,
        search=asked,
        desk=desk,
        month=car_calendar.month(car, asked, args.get("month", ""), desk=desk, at=at),
        offer=offer,
        free=free,
        mine=mine,
        my_secret=_secret(mine) if mine else "",
        promise=promises.sign(offer, secret=current_app.config["SECRET_KEY"], at=at)
        if offer and free
        else "",
        terms=_terms(offer, desk=desk, at=at),
        others=finding.other_dates(car, offer.journey, desk=desk, at=at) if offer and near else [],
        similar=finding.similar(car, offer.journey, desk=desk, at=at) if offer else [],
        relatives=[] if offer else _relatives(car),
    )


def answer(view: CarView, *, news: str = "", status: int = 200) -> Response:
    """The page, or what htmx asked for of it. `news` says in words what has changed about the price."""
    parts = ("calendar", "quote", "dates", "like")
    # Whoever types dates keeps the fields; a click in the calendar fills them anew.
    typing = request.headers.get("HX-Target") == "quote"
    first = "quote" if typing else "calendar"
    beside = [part for part in parts if part != first and not (typing and part == "dates")]
    return page(
        "catalog/car.html",
        first,
        *beside,
        status=status,
        view=view,
        car=view.car,
        search=view.search,
        news=news,
        typing=typing,
        policies=policies.texts(view.desk.policies, currency=view.car.currency, car=view.car),
        figures=policies.Figures.of(view.desk.policies, currency=view.car.currency, car=view.car),
    )


def _offer(car: Car, asked: Search, *, desk: Desk, at: datetime) -> Offer | None:
    journey = asked.journey
    if journey is None:
        return None
    try:
        return offers.make(car, journey, desk=desk, at=at)
    except DatesRefused as error:
        asked.refuse(date_words.in_words(error))
    except RentalTooLong:
        asked.refuse(date_words.too_many_days())
    return None


def _begun(car: Car, *, at: datetime) -> Booking | None:
    mark = known()
    return holding.unfinished(mark, car.id, at=at) if mark else None


def _secret(mine: Booking) -> str:
    return links.secret(current_app.config["SECRET_KEY"], mine.id, mine.link_version)


def _is_free(offer: Offer, mine: Booking | None, *, at: datetime) -> bool:
    """Whether the car can be had then.

    A hold that has run out is ended by whoever wants its place; the visitor's own makes way for their next.
    """
    if not offer.car.available:
        return False
    own = mine.id if mine is not None and mine.state == State.HELD else None
    if availability.is_free(offer.car.id, offer.period, ignoring_booking=own):
        return True
    expiry.clear(offer.car.id, offer.period, at=at)
    return availability.is_free(offer.car.id, offer.period)


def _terms(offer: Offer | None, *, desk: Desk, at: datetime) -> CancellationTerms | None:
    if offer is None:
        return None
    return policy.cancellation(offer.price, offer.journey.pickup_at, at=at, rules=desk.policies.cancellation)


def _relatives(car: Car) -> list[Car]:
    """Cars of the same kind, then others: what to show where no dates are known."""
    others = [other for other in finding.cars() if other.id != car.id]
    others.sort(
        key=lambda other: (other.category_id != car.category_id, abs(other.daily_price - car.daily_price))
    )
    return others[:SIMILAR]
