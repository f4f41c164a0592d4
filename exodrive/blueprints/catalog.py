"""Finding a car: the first page, the fleet by dates and kind, one car, the terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from exodrive.blueprints import car_page, counter, date_words, search
from exodrive.blueprints.htmx import page
from exodrive.blueprints.search import Search
from exodrive.bookings import finding
from exodrive.bookings.offers import Desk, Journey, Offer
from exodrive.bookings.policy import DatesRefused
from exodrive.fleet import queries as fleet_register
from exodrive.fleet.models import Car, Category
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.pricing.days import RentalTooLong
from exodrive.rendering import policies

catalog = Blueprint("catalog", __name__)

# How wide a letter of the wide display type is, in its own size.
NARROW, USUAL, WIDE = 0.35, 0.6, 0.86


def init_app(app: Flask) -> None:
    app.register_blueprint(catalog)
    app.jinja_env.filters["name_size"] = name_size
    app.jinja_env.globals["day_span"] = date_words.span


@catalog.get("/")
def home() -> ResponseReturnValue:
    """One car in its light, the search, and the kinds of cars."""
    at = clock.now()
    with transaction():
        places, card = house.places(), house.house()
        rules = house.rulebook(at)
        kinds = [
            (kind, count, Money(lowest, car.currency), car)
            for kind, count, lowest, car in fleet_register.categories_with_prices()
        ]
        featured = fleet_register.featured()
    asked = search.read(search.suggested(at, card.time_zone), places)
    return page("catalog/home.html", "main", car=featured, kinds=kinds, rules=rules, search=asked)


@catalog.get("/fleet")
def fleet() -> ResponseReturnValue:
    """All cars by the day; with dates, those that are really free, with their totals."""
    at = clock.now()
    with transaction():
        asked = search.read(request.args, house.places())
        desk = counter.desk(at=at)
        kinds = fleet_register.categories()
        found = _find(asked, desk=desk, at=at)
    status = 422 if asked.form.errors else 200
    return page(
        "catalog/fleet.html", "fleet", status=status, search=asked, kinds=kinds, desk=desk, found=found
    )


@catalog.get("/cars/<slug>")
def car(slug: str) -> ResponseReturnValue:
    """One car: what it is, when it is free, what it costs."""
    at = clock.now()
    with transaction():
        view = car_page.look(slug, request.args, at=at)
    return car_page.answer(view)


@catalog.get("/terms")
def terms() -> ResponseReturnValue:
    """The house's policies and the terms of its agreement, as they are in force now."""
    at = clock.now()
    with transaction():
        rules, card = house.rulebook(at), house.house()
    texts = policies.texts(rules, currency=card.currency)
    return page("catalog/terms.html", "main", rules=rules, texts=texts)


@dataclass
class Found:
    """What a search has found. `offers` is None where no dates were asked for, or none that can be had."""

    cars: list[Car] = field(default_factory=list)
    offers: list[Offer] | None = None
    taken: list[tuple[Car, datetime | None]] = field(default_factory=list)
    kind: Category | None = None


def _find(asked: Search, *, desk: Desk, at: datetime) -> Found:
    found = Found()
    journey = asked.journey
    if journey is not None:
        _find_free(found, asked, journey, desk=desk, at=at)
    if found.offers is None:
        found.cars = finding.cars(category=asked.category)
    return found


def _find_free(found: Found, asked: Search, journey: Journey, *, desk: Desk, at: datetime) -> None:
    try:
        found.offers = finding.free(journey, desk=desk, at=at, category=asked.category)
        found.taken = finding.taken(journey, desk=desk, category=asked.category)
    except DatesRefused as error:
        asked.refuse(date_words.in_words(error))
    except RentalTooLong:
        asked.refuse(date_words.too_many_days())


def name_size(word: str) -> str:
    """How large a word stands behind a car: it fills the stage and never leaves it."""
    ems = sum(
        NARROW if sign in "ilj1tfr .'" else WIDE if sign.isupper() or sign.isdigit() else USUAL
        for sign in word
    )
    return f"{min(31.0, 82 / max(1.0, ems)):.1f}cqi"
