"""Which pages are to be found, and when each has last changed: https://www.sitemaps.org/protocol.html"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import current_app, url_for

from exodrive.blueprints.window.heads import whole
from exodrive.fleet import addresses
from exodrive.fleet import queries as fleet
from exodrive.kernel import audit

MOST = 10_000  # addresses in one sheet; the protocol allows for five times as many
# Pages without a date: most of what they say is written at the desk.
STANDING = ("catalog.home", "catalog.fleet", "site.about", "site.contact", "catalog.terms")


class Place(NamedTuple):
    """An address, whole, and when its page has last changed, where that is known."""

    address: str
    changed_at: datetime | None = None


def sheets() -> list[list[Place]]:
    """All places, in as many sheets as are needed; at least one. Needs a transaction."""
    places = [*_standing(), *_kinds(), *_cars()]
    return [places[start : start + MOST] for start in range(0, len(places), MOST)]


def _standing() -> list[Place]:
    there = current_app.view_functions
    return [Place(whole(url_for(name))) for name in STANDING if name in there]


def _kinds() -> list[Place]:
    return [
        Place(whole(url_for("catalog.fleet", category=kind.slug)))
        for kind, *_ in fleet.categories_with_prices()
    ]


def _cars() -> list[Place]:
    cars = addresses.pages()
    changed = audit.last_deeds([car.car_id for car in cars])
    return [
        Place(whole(url_for("catalog.car", slug=car.slug)), changed.get(car.car_id, car.created_at))
        for car in cars
    ]
