"""Draws the pictures that links to cars show: every five minutes, where a car says something else by now."""

from __future__ import annotations

import hashlib
import json

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _

from exodrive.fleet import link_pictures as kept
from exodrive.fleet.models import Car
from exodrive.house import queries as house
from exodrive.house.models import House
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.rendering import environment, formats, link_pictures
from exodrive.rendering.link_pictures import Card

log = structlog.get_logger(__name__)


def draw_missing() -> int:
    """Draw what is missing or out of date, one after the other with nothing locked; how many there were."""
    with transaction():
        card = house.house()
        due = [
            (shown.car.id, wanted)
            for shown in kept.all_shown()
            if said(wanted := _card(shown.car, card)) != shown.said
        ]
    for car_id, wanted in due:
        try:
            content = link_pictures.draw(wanted)
        except FileNotFoundError:
            log.warning("nobody drew this body", car=str(car_id), body=wanted.body)
            continue
        # With the car in it: two cars that are alike have the same picture, and each its own.
        name = f"{hashlib.sha256(car_id.bytes + content).hexdigest()[:32]}.jpg"
        with transaction():
            kept.keep(
                car_id,
                content,
                said=said(wanted),
                name=name,
                media_type=link_pictures.MEDIA_TYPE,
                at=clock.now(),
            )
    return len(due)


def said(card: Card) -> str:
    """What a picture says, in few letters: another price or name makes another text."""
    return hashlib.sha256(json.dumps([link_pictures.STYLE, *card]).encode()).hexdigest()


def _card(car: Car, card: House) -> Card:
    with force_locale(environment.LANGUAGE):
        line = _("%(amount)s a day, %(town)s", amount=formats.money_round(car.day_rate), town=card.town)
    return Card(
        title=car.name,
        line=line,
        brand=card.name,
        word=car.stage_name,
        body=car.body,
        paint=car.paint,
    )
