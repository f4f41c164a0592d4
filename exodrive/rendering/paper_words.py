"""The photos of drivers' papers in words, for pages and letters."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

WORDS: dict[str, Callable[[], str]] = {
    "licence_front": lambda: _("Licence, front"),
    "licence_back": lambda: _("Licence, back"),
    "insurance": lambda: _("Insurance card"),
}


def paper(kind: str) -> str:
    """Raises KeyError for a kind that nobody put into words."""
    return WORDS[kind]()
