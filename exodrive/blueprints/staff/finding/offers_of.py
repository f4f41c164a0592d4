"""What whoever is signed in may do to a booking now, as links: for those who search by words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from exodrive.blueprints.staff import guard
from exodrive.blueprints.staff.action_table import actions
from exodrive.blueprints.staff.action_table.offered import ACTIONS
from exodrive.blueprints.staff.facts import Facts
from exodrive.bookings import transitions
from exodrive.bookings.states import Move


class Offer(NamedTuple):
    href: str
    words: str
    icon: str


def booking(facts: Facts) -> list[Offer]:
    """The deeds that both the booking and the role allow, the next step first."""
    reference = facts.booking.reference
    return [
        Offer(url_for(endpoint, reference=reference), words, icon)
        for endpoint, words, icon in _deeds(facts)
        if guard.may(endpoint)
    ]


def _deeds(facts: Facts) -> Iterator[tuple[str, str, str]]:
    found = facts.booking
    if transitions.allowed(found, Move.HAND_OVER):
        yield "staff.hand_over", _("Hand over"), "key"
    if transitions.allowed(found, Move.TAKE_BACK):
        yield "staff.take_back", _("Take back"), "car-garage"
    if transitions.allowed(found, Move.SETTLE) and found.settling_at is None:
        yield "staff.settle", _("Settle"), "calculator"
    for action in actions.offered(facts, ACTIONS).values():
        yield action.endpoint, str(action.label), "bolt"
    if found.renter is not None:
        yield "staff.write", _("Write to the renter"), "pencil"
    if facts.not_come:
        yield "staff.miss", _("No-show"), "user-off"
    if facts.cancellable:
        yield "staff.cancel", _("Cancel with refund"), "ban"
