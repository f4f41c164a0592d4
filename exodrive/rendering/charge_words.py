"""Charges after the return in words: what a charge is called, and how its amount came about.

`exodrive/bookings/charge/charging.py` writes the parameters; staff may add a note, which is shown as typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.rendering import formats

Params = Mapping[str, Any]
PREFIX = "charge_"  # before the kind, where a charge stands among the lines of an invoice


class Words(NamedTuple):
    name: str
    reason: str


InWords = Callable[[Params, str], Words]


def in_words(kind: str, params: Params, *, currency: str, note: str = "") -> Words:
    """Name and reason of one charge. Raises KeyError for a kind that nobody put into words."""
    name, reason = WORDS[PREFIX + kind]({**params, "note": note}, currency)
    return Words(name, reason)


def name(kind: str) -> str:
    """What a kind of charge is called; the kind itself where nobody has put it into words."""
    told = WORDS.get(PREFIX + kind)
    return told({}, "").name if told else kind


def _mileage(params: Params, currency: str) -> Words:
    reason = ""
    if "miles" in params:
        reason = _(
            "%(miles)s miles beyond those included × %(each)s",
            miles=formats.number(params["miles"]),
            each=formats.amount(params["each"], currency),
        )
    return Words(_("Extra miles"), _with_note(reason, params))


def _fuel(params: Params, currency: str) -> Words:
    reason = ""
    if "gallons" in params:
        gallons = ngettext("%(num)d gallon", "%(num)d gallons", params["gallons"])
        reason = _(
            "%(gallons)s × %(each)s, and %(service)s for filling it",
            gallons=gallons,
            each=formats.amount(params["each"], currency),
            service=formats.amount(params["service"], currency),
        )
    return Words(_("Fuel"), _with_note(reason, params))


def _late(params: Params, currency: str) -> Words:
    reason = ""
    if "hours" in params:
        reason = ngettext("%(num)d hour begun", "%(num)d hours begun", params["hours"])
    elif "days" in params:
        days = ngettext("%(num)d day", "%(num)d days", params["days"])
        penalty = formats.amount(params["penalty"], currency)
        reason = _("%(days)s at the day's price, and %(penalty)s", days=days, penalty=penalty)
    return Words(_("Late return"), _with_note(reason, params))


def _cleaning(params: Params, _currency: str) -> Words:
    return Words(_("Cleaning"), _with_note("", params))


def _smoking(params: Params, _currency: str) -> Words:
    return Words(_("Smoking"), _with_note("", params))


def _damage(params: Params, _currency: str) -> Words:
    return Words(_("Damage"), _with_note("", params))


def _loss_of_use(params: Params, currency: str) -> Words:
    reason = ""
    if "days" in params:
        reason = _(
            "%(days)s off the road × %(each)s",
            days=ngettext("%(num)d day", "%(num)d days", params["days"]),
            each=formats.amount(params["each"], currency),
        )
    return Words(_("Loss of use"), _with_note(reason, params))


def _toll(params: Params, currency: str) -> Words:
    return Words(_("Toll"), _with_note(_authority(params, currency), params))


def _fine(params: Params, currency: str) -> Words:
    return Words(_("Fine"), _with_note(_authority(params, currency), params))


def _authority(params: Params, currency: str) -> str:
    """Where and when it arose, its number there, and what the house takes for handling it."""
    parts = [str(params[name]) for name in ("place", "when") if params.get(name)]
    if params.get("number"):
        parts.append(_("No. %(number)s", number=params["number"]))
    if params.get("fee"):
        fee = formats.amount(params["fee"], currency)
        parts.append(_("with %(fee)s for handling it", fee=fee))
    return ", ".join(parts)


def _other(params: Params, _currency: str) -> Words:
    """What staff named themselves: their note is its name."""
    return Words(params.get("note") or _("Other charge"), "")


def _with_note(reason: str, params: Params) -> str:
    return ". ".join(part for part in (reason, params.get("note", "").strip()) if part)


def _or_part(words: InWords) -> InWords:
    """The words of a charge, and on a bill, of which whole its amount is what the deposit left."""

    def told(params: Params, currency: str) -> Words:
        whole = words(params, currency)
        if "of" not in params:
            return whole
        part = _("What the deposit left of %(amount)s", amount=formats.amount(params["of"], currency))
        return Words(whole.name, ". ".join(text for text in (whole.reason, part) if text))

    return told


# By the code that an invoice line has.
WORDS: dict[str, InWords] = {
    code: _or_part(words)
    for code, words in {
        "charge_mileage": _mileage,
        "charge_fuel": _fuel,
        "charge_late": _late,
        "charge_cleaning": _cleaning,
        "charge_smoking": _smoking,
        "charge_damage": _damage,
        "charge_loss_of_use": _loss_of_use,
        "charge_toll": _toll,
        "charge_fine": _fine,
        "charge_other": _other,
    }.items()
}
