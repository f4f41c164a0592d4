"""The first page: one car in its light, the search, the kinds of cars, how it works, where, and questions."""

from __future__ import annotations

from typing import NamedTuple

from flask.typing import ResponseReturnValue

from exodrive.blueprints import search
from exodrive.blueprints.site_pages import texts
from exodrive.fleet import queries as fleet
from exodrive.house import queries as house
from exodrive.house.models import Place
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.reviews import queries as reviews
from exodrive.site import queries as site
from exodrive.site.slots import Words

STEPS = (1, 2, 3, 4)
MOST_REVIEWS = 3


class Reach(NamedTuple):
    """A place where a car is had, and what bringing it and fetching it costs."""

    place: Place
    there: Money
    back: Money


def answer() -> ResponseReturnValue:
    """The page; for staff with `?preview=1` with their drafts."""
    at = clock.now()
    with transaction():
        places, card = house.places(), house.house()
        rules = house.rulebook(at)
        kinds = [
            (kind, count, Money(lowest, car.currency), car)
            for kind, count, lowest, car in fleet.categories_with_prices()
        ]
        featured = fleet.featured()
        said = texts.words("hero", "steps", "area", "closing")
        said_of_it, score = reviews.best(MOST_REVIEWS), reviews.score_of_house()
        questions = site.answered(drafts=texts.previewing())
    asked = search.read(search.suggested(at, card.time_zone), places)
    return texts.page(
        "catalog/home.html",
        car=featured,
        kinds=kinds,
        rules=rules,
        search=asked,
        said=said,
        steps=_steps(said["steps"]),
        reaches=[
            Reach(place, Money(place.delivery_fee, card.currency), Money(place.collection_fee, card.currency))
            for place in places
        ],
        reviews=said_of_it,
        score=score,
        questions=questions,
    )


def _steps(words: Words) -> list[tuple[str, str]]:
    """Title and text of each step."""
    return [(words[f"title_{number}"], words[f"text_{number}"]) for number in STEPS]
