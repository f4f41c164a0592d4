"""Which cars a customer wants, and in what order, read from the address of the fleet page.

Nothing typed here is refused: what cannot be read is left out, with a note that says so, and all the rest
counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from exodrive.bookings.reservation.ranking import Order
from exodrive.fleet.models import Category
from exodrive.fleet.options import Option, Options
from exodrive.fleet.wishes import Wishes
from exodrive.kernel.money import DECIMALS, Money
from exodrive.rendering import formats

# What a filter is called in the address. `from` and `to` are the dates'.
FILTERS = ("category", "min", "max", "seats", "transmission", "drivetrain", "power")
NAMES = (*FILTERS, "sort")
WISHED_BY = {"min": "price_min", "max": "price_max"}
MOST_LETTERS = 60  # longer words are no car's
MOST_SEATS, MOST_POWER = 20, 5_000
_AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_AROUND_AMOUNT = re.compile(r"[\s,_$€£]")


class SieveForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """The filters. Nothing is changed by them, so there is no token against forgery."""

    class Meta:
        csrf = False

    min = StringField(_l("From, a day"))
    max = StringField(_l("Up to, a day"))
    seats = SelectField(_l("Seats"))
    transmission = SelectField(_l("Gearbox"))
    drivetrain = SelectField(_l("Drivetrain"))
    power = SelectField(_l("Power"))
    sort = SelectField(_l("Sort by"))


@dataclass
class Sieve:
    """The wishes and the order that were read. `values` is what of them stands in the address."""

    wishes: Wishes
    order: Order
    currency: str
    values: dict[str, str]
    notes: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The kind of car in use; "" for all."""
        return self.values.get("category", "")

    @property
    def active(self) -> list[str]:
        """The names of the filters in use, in the order of the form; the two ends of a price are one."""
        used = [name for name in FILTERS if name in self.values]
        return [name for name in used if name != "max" or "min" not in used]

    def without(self, name: str) -> dict[str, None]:
        """For links: what takes one filter away."""
        return {"min": None, "max": None} if name in ("min", "max") else {name: None}

    def words(self, name: str, *, kinds: Sequence[Category], options: Options) -> str:
        """A filter in use, in words."""
        match name:
            case "category":
                return next((kind.plural for kind in kinds if kind.slug == self.wishes.category), "")
            case "min" | "max":
                return self._price()
            case "seats":
                return ngettext("%(num)d seat or more", "%(num)d seats or more", self.wishes.seats or 0)
            case "power":
                return _("%(number)s hp or more", number=formats.number(self.wishes.power or 0))
            case _:
                known = options.transmissions if name == "transmission" else options.drivetrains
                return next((each.words for each in known if each.value == self.values[name]), "")

    def _price(self) -> str:
        low, high = (
            None if amount is None else formats.money_round(Money(amount, self.currency))
            for amount in (self.wishes.price_min, self.wishes.price_max)
        )
        if low and high:
            return _("%(low)s to %(high)s a day", low=low, high=high)
        return _("From %(low)s a day", low=low) if low else _("Up to %(high)s a day", high=high)

    def pass_over(self, names: Sequence[str]) -> None:
        """Leave out wishes for what no car has."""
        for name in names:
            self.values.pop(name, None)
            self.notes.append(_NOBODY_HAS[name]())


def read(args: Mapping[str, str], *, currency: str) -> Sieve:
    """Read filters and order. Prices are typed in whole units of `currency`."""
    typed = {name: str(args.get(name, "")).strip()[: MOST_LETTERS + 1] for name in NAMES}
    notes: list[str] = []
    low, high = _prices(typed["min"], typed["max"], currency, notes)
    wishes = Wishes(
        category=_word(typed["category"], "category", notes),
        price_min=low,
        price_max=high,
        seats=_figure(typed["seats"], MOST_SEATS, notes, _("the number of seats")),
        transmission=_word(typed["transmission"], "transmission", notes),
        drivetrain=_word(typed["drivetrain"], "drivetrain", notes),
        power=_figure(typed["power"], MOST_POWER, notes, _("the power")),
    )
    order = _order(typed["sort"])
    return Sieve(wishes, order, currency, _values(wishes, order, currency), notes)


def form(sieve: Sieve, options: Options, *, found: int) -> Any:
    """The fields with what can be chosen, and how many cars each choice would leave."""
    made = SieveForm(formdata=None, data={**dict.fromkeys(NAMES, ""), **sieve.values})
    made.seats.choices = _choices(options.seats, sieve.values.get("seats"), found, _seats)
    made.power.choices = _choices(options.powers, sieve.values.get("power"), found, _power)
    made.transmission.choices = _choices(options.transmissions, sieve.values.get("transmission"), found)
    made.drivetrain.choices = _choices(options.drivetrains, sieve.values.get("drivetrain"), found)
    made.sort.choices = [
        SelectChoice("", _("Our choice")),
        SelectChoice(Order.PRICE, _("Price, lowest first")),
        SelectChoice(Order.PRICE_DOWN, _("Price, highest first")),
        SelectChoice(Order.POWER, _("Most power")),
        SelectChoice(Order.NEWEST, _("Newest year")),
    ]
    for end, amount in ((made.min, options.lowest), (made.max, options.highest)):
        if amount is not None:
            end.render_kw = {"placeholder": formats.money_round(Money(amount, sieve.currency))}
    return made


def _choices(
    options: Sequence[Option], chosen: str | None, found: int, words: Callable[[str], str] | None = None
) -> list[SelectChoice]:
    """Any, and each option; one that would leave no car cannot be chosen.

    A figure that was typed into the address and is none of the steps stands there too.
    """
    offered = list(options)
    if chosen and all(option.value != chosen for option in options):
        offered.append(Option(chosen, chosen, found))
    return [
        SelectChoice("", _("Any")),
        *(
            SelectChoice(
                option.value,
                _(
                    "%(words)s (%(count)s)",
                    words=words(option.value) if words else option.words,
                    count=option.count,
                ),
                render_kw={} if option.count or option.value == chosen else {"disabled": True},
            )
            for option in offered
        ),
    ]


def _seats(value: str) -> str:
    return _("%(number)s+", number=value)


def _power(value: str) -> str:
    return _("%(number)s+ hp", number=formats.number(int(value)))


def _word(typed: str, name: str, notes: list[str]) -> str | None:
    if not typed:
        return None
    if len(typed) > MOST_LETTERS or not typed.isprintable():
        notes.append(_NOBODY_HAS[name]())
        return None
    return typed.lower()


def _figure(typed: str, most: int, notes: list[str], what: str) -> int | None:
    if not typed:
        return None
    if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= most:
        return int(typed)
    notes.append(_("We could not read %(what)s, so we left it out.", what=what))
    return None


def _prices(low: str, high: str, currency: str, notes: list[str]) -> tuple[int | None, int | None]:
    least, most = (_amount(typed, currency) for typed in (low, high))
    if (low and least is None) or (high and most is None):
        notes.append(_("We could not read the price. Write it in whole figures, such as 800."))
    if least is not None and most is not None and least > most:
        notes.append(_("The lower price stood second, so we turned the two around."))
        least, most = most, least
    return least or None, most


def _amount(typed: str, currency: str) -> int | None:
    """Minor units; None for what is no amount, or for nothing."""
    plain = _AROUND_AMOUNT.sub("", typed)
    if not _AMOUNT.fullmatch(plain):
        return None
    unit = Decimal(10) ** DECIMALS[currency]
    return int(Decimal(plain) * unit)


def _order(typed: str) -> Order:
    return Order(typed) if typed in set(Order) else Order.CHOICE


def _values(wishes: Wishes, order: Order, currency: str) -> dict[str, str]:
    """What stands in the address for them: no default, nothing empty, prices in whole units."""
    given = {name: getattr(wishes, WISHED_BY.get(name, name)) for name in FILTERS}
    values = {
        name: _plain(value, currency) if name in WISHED_BY else str(value)
        for name, value in given.items()
        if value is not None
    }
    return values if order is Order.CHOICE else {**values, "sort": str(order)}


def _plain(amount: int, currency: str) -> str:
    """`800`, or `799.50`: an amount as people type it."""
    whole, rest = divmod(amount, 10 ** DECIMALS[currency])
    return f"{whole}.{rest:02d}" if rest else str(whole)


_NOBODY_HAS = {
    "category": lambda: _("We have no car of that kind just now, so here are all kinds."),
    "transmission": lambda: _("No car of ours has that gearbox, so we left it out."),
    "drivetrain": lambda: _("No car of ours is driven that way, so we left it out."),
}
