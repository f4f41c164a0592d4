"""The words for what staff check, photograph and read off at the car."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.blueprints import position_words

PHOTO = "photo_"  # how a missing photo is named among what is missing

CHECK_WORDS: dict[str, Callable[[], str]] = {
    "identity": lambda: _("Face matches the licence"),
    "licence": lambda: _("Licence seen and valid"),
    "insurance": lambda: _("Insurance seen"),
    "additional_drivers": lambda: _("Every other driver: licence seen, agreement signed"),
    "second_key": lambda: _("Second key stays in the house"),
    "payment": lambda: _("Rental paid for"),
    "agreement": lambda: _("Agreement signed"),
    "addendum": lambda: _("Change signed"),
    "deposit": lambda: _("Deposit held"),
    "keys_back": lambda: _("Keys are back"),
    "belongings": lambda: _("Nothing left in the car"),
}

FUEL_WORDS: dict[int, Callable[[], str]] = {
    0: lambda: _("0, empty"),
    2: lambda: _("2, a quarter"),
    4: lambda: _("4, half"),
    6: lambda: _("6, three quarters"),
    8: lambda: _("8, full"),
}


def position(name: str) -> str:
    return position_words.position(name)


def check(name: str) -> str:
    return CHECK_WORDS[name]()


def fuel(eighths: int) -> str:
    """A reading of the gauge in eighths, from 0 to 8."""
    words = FUEL_WORDS.get(eighths)
    return words() if words else str(eighths)


def fuel_short(eighths: int) -> str:
    """For a caption: `full`, `5/8`."""
    return _("full") if eighths == 8 else f"{eighths}/8"


def missing(names: Iterable[str]) -> str:
    """What is still missing, in a sentence: `Three left: second key stays in the house, two photos`."""
    names = list(names)
    photos = sum(name.startswith(PHOTO) for name in names)
    parts = [check(name).lower() for name in names if not name.startswith(PHOTO)]
    if photos:
        parts.append(ngettext("one photo", "%(num)d photos", photos))
    if not parts:
        return _("All done")
    left = ngettext("One left", "%(num)d left", len(names))
    return f"{left}: {', '.join(parts)}"
