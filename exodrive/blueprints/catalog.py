"""Finding a car: the first page, the fleet by dates and kind, one car, the terms."""

from __future__ import annotations

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from exodrive.blueprints import car_page, date_words, fleet_page
from exodrive.blueprints.htmx import wants_fragment
from exodrive.blueprints.site_pages import home as first_page
from exodrive.blueprints.site_pages import policy_page
from exodrive.fleet import queries as fleet_register
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

catalog = Blueprint("catalog", __name__)

# How wide a letter of the wide display type is, in its own size.
NARROW, USUAL, WIDE = 0.35, 0.6, 0.86


def init_app(app: Flask) -> None:
    app.register_blueprint(catalog)
    app.jinja_env.filters["name_size"] = name_size
    app.jinja_env.globals["day_span"] = date_words.span


@catalog.get("/")
def home() -> ResponseReturnValue:
    """One car in its light, the search, the kinds of cars, and how the house works."""
    return first_page.answer()


@catalog.get("/fleet")
def fleet() -> ResponseReturnValue:
    """All cars by the day; with dates, those that are really free first, with their totals."""
    return fleet_page.answer()


@catalog.get("/cars/<slug>")
def car(slug: str) -> ResponseReturnValue:
    """One car: what it is, when it is free, what it costs."""
    if request.headers.get("HX-Target") == "said" and wants_fragment():
        return _more_reviews(slug)
    at = clock.now()
    with transaction():
        view = car_page.look(slug, request.args, at=at)
    return car_page.answer(view)


def _more_reviews(slug: str) -> ResponseReturnValue:
    with transaction():
        found = fleet_register.car(slug)
        said = car_page.reviews_of(found, request.args)
    return car_page.answer_more(found, said)


@catalog.get("/terms")
def terms() -> ResponseReturnValue:
    """The house's policies and the terms of its agreement, as they are in force now."""
    return policy_page.answer()


def name_size(word: str) -> str:
    """How large a word stands behind a car: it fills the stage and never leaves it."""
    ems = sum(
        NARROW if sign in "ilj1tfr .'" else WIDE if sign.isupper() or sign.isdigit() else USUAL
        for sign in word
    )
    return f"{min(31.0, 82 / max(1.0, ems)):.1f}cqi"
