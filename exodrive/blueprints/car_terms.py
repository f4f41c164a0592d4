"""What a rental of one car includes and asks for, in a few words each: the policies at a glance."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.house.rules import Rulebook
from exodrive.rendering import formats
from exodrive.rendering.policies import Figures


class Term(NamedTuple):
    """One term: an icon, the fact, and a quieter second line."""

    icon: str
    fact: str
    more: str


def included(rules: Rulebook, figures: Figures) -> list[Term]:
    """What the price of the days includes."""
    miles = formats.number(figures.miles_per_day)
    terms = [
        Term(
            "road",
            _("%(miles)s miles a day", miles=miles),
            _(
                "Counted over the whole rental. %(each)s for each mile beyond.",
                each=formats.money(figures.extra_mile),
            ),
        ),
        Term("receipt-tax", _("Every tax"), _("The total that you see is the total that you pay.")),
        Term(
            "calendar-check",
            _("Free to cancel"),
            ngettext(
                "Until %(num)d hour before pick-up.",
                "Until %(num)d hours before pick-up.",
                rules.cancellation.free_until_hours,
            ),
        ),
    ]
    if rules.late.grace_minutes:
        grace = ngettext("%(num)d minute’s grace", "%(num)d minutes’ grace", rules.late.grace_minutes)
        terms.append(Term("clock", grace, _("A return that is this late costs nothing.")))
    return terms


def asked(rules: Rulebook, figures: Figures) -> list[Term]:
    """What the driver brings, and what is held."""
    years = ngettext(
        "A licence held for a year or more.",
        "A licence held for %(num)d years or more.",
        figures.licence_held_years,
    )
    return [
        Term("user-check", _("%(age)d or older", age=figures.minimum_age), years),
        Term(
            "shield-check", _("Your own insurance"), _("Full coverage, until the return: bring proof of it.")
        ),
        _deposit(rules, figures),
        Term(
            "gas-station",
            _("%(octane)d octane", octane=rules.fuel.octane),
            _("Back with as much fuel as it left with."),
        ),
    ]


def _deposit(rules: Rulebook, figures: Figures) -> Term:
    if figures.deposit is None:
        share = formats.percent(rules.deposit.share_bp, of=10_000)
        fact = _("Deposit of %(share)s of the total", share=share)
    elif figures.deposit:
        fact = _("%(amount)s deposit", amount=formats.money_round(figures.deposit))
    else:
        return Term("lock", _("No deposit"), _("Nothing is held for this car."))
    released = ngettext(
        "Held, not charged. Released at the latest one business day after return.",
        "Held, not charged. Released at the latest %(num)d business days after return.",
        rules.deposit.release_business_days,
    )
    return Term("lock", fact, released)
