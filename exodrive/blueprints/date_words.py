"""Dates in words: what they span, and why the house does not rent on some, at the field that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from babel.dates import format_date
from flask_babel import get_locale, ngettext, pgettext
from flask_babel import gettext as _

from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.offers import Journey
from exodrive.pricing.days import MOST_DAYS

PICKUP, RETURN = "pickup", "back_at"


class Refusal(NamedTuple):
    """`field` is the name of the search form's field."""

    field: str
    words: str


def in_words(error: DatesRefused) -> Refusal:
    """Raises KeyError for a reason that nobody put into words."""
    field, words = _WORDS[error.reason]
    return Refusal(field, words(error.figures))


def span(journey: Journey) -> str:
    """`27 to 30 November`, or `27 November to 2 December`: the days of a journey without its times."""
    zone = journey.pickup_place.zone
    first, last = (moment.astimezone(zone) for moment in (journey.pickup_at, journey.return_at))
    whole = pgettext("day and month", "d MMMM")
    same_month = (first.year, first.month) == (last.year, last.month)
    short = pgettext("day, where the month follows", "d") if same_month else whole
    return _(
        "%(first)s to %(last)s",
        first=format_date(first, short, locale=get_locale()),
        last=format_date(last, whole, locale=get_locale()),
    )


def reasons() -> frozenset[str]:
    """The reasons that have words."""
    return frozenset(_WORDS)


def too_many_days() -> Refusal:
    """For what is too long to be priced at all."""
    return in_words(DatesRefused("too_long", days=MOST_DAYS))


def _hours(figures: Mapping[str, Any]) -> str:
    return ngettext("%(num)d hour", "%(num)d hours", figures["hours"])


def _days(figures: Mapping[str, Any]) -> str:
    return ngettext("%(num)d day", "%(num)d days", figures["days"])


_WORDS: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "return_before_pickup": (RETURN, lambda _figures: _("Choose a return after the pick-up.")),
    "too_soon": (
        PICKUP,
        lambda figures: _(
            "We need %(hours)s to have a car ready. Choose a later pick-up.", hours=_hours(figures)
        ),
    ),
    "too_far": (
        PICKUP,
        lambda figures: _("We take bookings up to %(days)s ahead.", days=_days(figures)),
    ),
    "too_short": (
        RETURN,
        lambda figures: _("A rental is %(hours)s or longer.", hours=_hours(figures)),
    ),
    "too_long": (
        RETURN,
        lambda figures: _("A rental is %(days)s at most. Call us for longer.", days=_days(figures)),
    ),
    "below_minimum": (
        RETURN,
        lambda figures: _("This car is rented for %(days)s or more.", days=_days(figures)),
    ),
    "return_passed": (RETURN, lambda _figures: _("Choose a return that has not passed.")),
    "pickup_outside_hours": (
        PICKUP,
        lambda _figures: _("We are closed then. Choose a time within our hours."),
    ),
    "return_outside_hours": (
        RETURN,
        lambda _figures: _("We are closed then. Choose a time within our hours."),
    ),
}
