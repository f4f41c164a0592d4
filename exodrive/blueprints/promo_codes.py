"""Promo codes as people type them: how often they may be tried, and in words why one does not count."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.blueprints.plain_text import tidy
from exodrive.extensions import limiter
from exodrive.pricing.promotion_rules import PromotionRefused, Unfit

FIELD = "promo"  # in addresses and forms
LONGEST = 40  # a code with its spaces
# Whoever has a code looks at some dates with it; whoever has none gets nowhere by trying.
TRIES = "40 per minute; 300 per hour"

_WORDS: dict[Unfit, Callable[[PromotionRefused], str]] = {
    Unfit.UNKNOWN: lambda _error: _("We know no such promo code. Look at its letters again."),
    Unfit.ENDED: lambda _error: _("This promo code has ended."),
    Unfit.TOO_EARLY: lambda _error: _("This promo code cannot be used yet."),
    Unfit.TOO_LATE: lambda _error: _("The time of this promo code is over."),
    Unfit.OTHER_DATES: lambda _error: _("This promo code is not for these dates."),
    Unfit.TOO_SHORT: lambda error: ngettext(
        "This promo code is for rentals of %(num)d day or more.",
        "This promo code is for rentals of %(num)d days or more.",
        error.days,
    ),
    Unfit.OTHER_CAR: lambda _error: _("This promo code is not for this car."),
    Unfit.USED_UP: lambda _error: _("This promo code is used up."),
    Unfit.USED_BEFORE: lambda _error: _("You have used this promo code before."),
}


def in_words(error: PromotionRefused) -> str:
    """Why a code does not count, to whoever typed it."""
    return _WORDS[error.why](error)


def typed(value: str) -> str:
    """A code as it came; nothing of one that is far too long."""
    plain = tidy(value) or ""
    return plain if len(plain) <= LONGEST else plain[:LONGEST]


def _tries() -> str:
    """What the app is configured with, else the above."""
    return str(current_app.config.get("PROMO_TRIES", TRIES))


@limiter.shared_limit(_tries, scope="promo-codes")
def count_try() -> None:
    """Counted by being called, before a code is looked up; 429 where it is one too many."""
