"""One car's page: its price for the dates asked for, its calendar, and what is near when it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from flask import Response, current_app, request

from exodrive.availability import queries as availability
from exodrive.blueprints import car_calendar, car_terms, counter, date_words, promises, promo_codes, search
from exodrive.blueprints.car_calendar import Calendar
from exodrive.blueprints.htmx import page, wants_fragment
from exodrive.blueprints.search import Search
from exodrive.blueprints.visitors import known, visitor
from exodrive.bookings import links, policy
from exodrive.bookings.models import Booking
from exodrive.bookings.policy import CancellationTerms, DatesRefused
from exodrive.bookings.reservation import expiry, finding, holding, offers, promoting
from exodrive.bookings.reservation.offers import Desk, Offer
from exodrive.bookings.states import State
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.house import queries as house
from exodrive.kernel.cursors import CursorUnreadable
from exodrive.pricing.days import RentalTooLong
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.rendering import policies
from exodrive.reviews import queries as reviews
from exodrive.reviews.queries import Page, Score

SIMILAR = 3


class Said(NamedTuple):
    """What renters say of the car: all counted, some shown."""

    score: Score
    page: Page
    kept: dict[str, str]  # the dates and places of the address, for links that keep them


@dataclass
class CarView:
    """All that the page shows. `offer` is the price for good dates, `free` whether the car can be had, `mine`
    what this visitor has begun with the car already, `my_secret` that of the link to it. `said` is left out
    where only a part of the page is asked for.
    """

    car: Car
    search: Search
    desk: Desk
    calendar: Calendar
    offer: Offer | None
    free: bool
    mine: Booking | None
    my_secret: str
    promise: str
    terms: CancellationTerms | None
    others: list[Offer]
    similar: list[Offer]
    relatives: list[Car]
    said: Said | None
    promo_fault: str  # why the promo code that was typed does not count

    def params_of(self, offer: Offer) -> dict[str, str]:
        """An offer's dates and places as parts of an address, with the promo code that was typed."""
        return search.journey_params(offer.journey, code=self.search.code)


def look(slug: str, args: Mapping[str, str], *, at: datetime) -> CarView:
    """Gather the page, inside a transaction. Raises CarNotFound."""
    car = fleet.car(slug)
    asked = search.read(args, house.places(), partly=True)
    desk = counter.desk(at=at, currencies=fleet.currencies() | {car.currency})
    offer = _offer(car, asked, desk=desk, at=at)
    promo_fault = ""
    if offer is not None and asked.code:
        offer, promo_fault = with_code(offer, asked.code, desk=desk, at=at)
    mine = _begun(car, at=at)
    free = offer is not None and _is_free(offer, mine, at=at)
    near = offer is not None and not free
    code = "" if promo_fault else asked.code
    lowered = partial(promoting.all_with_code, typed=code, desk=desk, at=at)
    if free:
        visitor()  # marked before the button is there: two clicks at once are one person's, not two rivals'
    return CarView(
        car=car,
        search=asked,
        desk=desk,
        calendar=car_calendar.months(car, asked, args.get("month", ""), desk=desk, at=at),
        offer=offer,
        free=free,
        mine=mine,
        my_secret=_secret(mine) if mine else "",
        promise=promises.sign(offer, secret=current_app.config["SECRET_KEY"], at=at)
        if offer and free
        else "",
        terms=_terms(offer, desk=desk, at=at),
        others=lowered(finding.other_dates(car, offer.journey, desk=desk, at=at)) if offer and near else [],
        similar=lowered(finding.similar(car, offer.journey, desk=desk, at=at)) if offer else [],
        relatives=[] if offer else _relatives(car),
        said=None if wants_fragment() else reviews_of(car, args),
        promo_fault=promo_fault,
    )


def with_code(offer: Offer, code: str, *, desk: Desk, at: datetime) -> tuple[Offer, str]:
    """The offer at the price with a promo code; or as it was, and in words why the code does not count."""
    promo_codes.count_try()
    try:
        return promoting.with_code(offer, code, desk=desk, at=at), ""
    except PromotionRefused as error:
        return offer, promo_codes.in_words(error)


def answer(view: CarView, *, news: str = "", status: int = 200) -> Response:
    """The page, or what htmx asked for of it. `news` says in words what has changed about the price."""
    figures = policies.Figures.of(view.desk.policies, currency=view.car.currency, car=view.car)
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
        said=view.said,
        car=view.car,
        search=view.search,
        news=news,
        typing=typing,
        policies=policies.texts(view.desk.policies, currency=view.car.currency, car=view.car),
        figures=figures,
        included=car_terms.included(view.desk.policies, figures),
        asked=car_terms.asked(view.desk.policies, figures),
    )


def answer_more(car: Car, said: Said) -> Response:
    """The next page of a car's reviews, for htmx."""
    return page("catalog/car.html", "said", "more", car=car, said=said)


def reviews_of(car: Car, args: Mapping[str, str]) -> Said:
    """A page of the car's reviews; one that cannot be found is the first."""
    try:
        shown = reviews.of_car(car.id, after=args.get("reviews") or None)
    except CursorUnreadable:
        shown = reviews.of_car(car.id)
    kept = {name: args[name] for name in ("place", "back", "from", "to", promo_codes.FIELD) if args.get(name)}
    return Said(reviews.score(car.id), shown, kept)


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
