"""Why somebody may not drive, in words that say what would have to be so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.rendering import formats

Figures = Mapping[str, Any]


def in_words(code: str, figures: Figures) -> str:
    """Raises KeyError for a code that nobody put into words."""
    return _WORDS[code](figures)


def codes() -> frozenset[str]:
    """The codes that have words."""
    return frozenset(_WORDS)


def _day(figures: Figures) -> str:
    return formats.day(date.fromisoformat(figures["on"]))


_WORDS: dict[str, Callable[[Figures], str]] = {
    "too_young": lambda figures: _(
        "Whoever drives this car is %(years)d or older on the day of pick-up.", years=figures["years"]
    ),
    "licence_too_new": lambda figures: ngettext(
        "It has to be held for a year by the day of pick-up.",
        "It has to be held for %(num)d years by the day of pick-up.",
        figures["years"],
    ),
    "licence_ends": lambda figures: _("It has to last past %(day)s.", day=_day(figures)),
    "insurance_missing": lambda _figures: _("Add until when you are insured."),
    "insurance_ends": lambda figures: _("It has to last until %(day)s.", day=_day(figures)),
}
