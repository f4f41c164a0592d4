"""The house's policies in plain words, each with its version and since when it is in force."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from exodrive.blueprints.htmx import page
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.rendering import policies


def answer() -> ResponseReturnValue:
    """The page, by the versions of this moment."""
    at = clock.now()
    with transaction():
        rules, card = house.rulebook(at), house.house()
        since = house.in_force_since(at)
    texts = policies.texts(rules, currency=card.currency)
    return page(
        "catalog/terms.html", "main", rules=rules, texts=texts, since=since, zone=card.time_zone, house=card
    )
