"""Lines of prices and invoices in words: what a line is called, and why it costs that, as the reader speaks.

A line carries a code and parameters (`exodrive/pricing/rules.py` writes them); each code has one function
here. Names that the house gave (a season, an extra, a tax) are shown as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from exodrive.kernel.money import Money
from exodrive.rendering import charge_words, formats
from exodrive.rendering.charge_words import Params, Words


class PriceLine(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def params(self) -> Params: ...
    @property
    def amount(self) -> Money: ...


class Row(NamedTuple):
    """A line as the price list shows it. `less` marks what is taken off."""

    name: str
    reason: str
    amount: Money
    less: bool


def init_app(app: Flask) -> None:
    app.jinja_env.globals["price_rows"] = rows


def rows(lines: Iterable[PriceLine]) -> list[Row]:
    """The lines of a price for the `price_list` macro."""
    return [Row(*in_words(line), line.amount, line.amount.amount < 0) for line in lines]


def in_words(line: PriceLine) -> Words:
    """Name and reason of one line. Raises KeyError for a code that nobody put into words."""
    return _WORDS[line.code](line.params, line.amount.currency)


def codes() -> frozenset[str]:
    """The codes that have words."""
    return frozenset(_WORDS)


def _rental_days(params: Params, currency: str) -> Words:
    each = formats.amount(params["unit_amount"], currency)
    counted = {
        "clock24": _(
            "%(days)d × %(each)s, counted by the clock from pick-up", days=params["days"], each=each
        ),
        "calendar": _("%(days)d × %(each)s, each date of the rental", days=params["days"], each=each),
        "nights": _("%(days)d × %(each)s, counted in nights", days=params["days"], each=each),
    }
    return Words(formats.rental_days(params["days"]), counted[params["method"]])


def _season(params: Params, currency: str) -> Words:
    rate, base = _rate(abs(params["rate_bp"]), 10_000), formats.amount(params["base_amount"], currency)
    if params["weekdays"]:
        days = _weekdays(params["weekdays"])
        more, less = _("%(rate)s on %(days)s only"), _("%(rate)s off on %(days)s only")
        return Words(params["name"], (less if params["rate_bp"] < 0 else more) % {"rate": rate, "days": days})
    number = ngettext("%(num)d day", "%(num)d days", params["days"])
    more, less = _("%(rate)s of %(base)s, for %(days)s"), _("%(rate)s off %(base)s, for %(days)s")
    text = less if params["rate_bp"] < 0 else more
    return Words(params["name"], text % {"rate": rate, "base": base, "days": number})


def _long_stay(params: Params, currency: str) -> Words:
    return Words(
        _("Long stay"),
        _(
            "%(rate)s off %(base)s, from %(days)d days on",
            rate=_rate(params["rate_bp"], 10_000),
            base=formats.amount(params["base_amount"], currency),
            days=params["min_days"],
        ),
    )


def _discount(params: Params, currency: str) -> str:
    """What a discount is: a share of the days or of the extras, or so much of an amount as falls to them."""
    base = formats.amount(params["base_amount"], currency)
    days = params["on"] == "rental"
    if params["rate_bp"]:
        rate = _rate(params["rate_bp"], 10_000)
        text = _("%(rate)s off the days, %(base)s") if days else _("%(rate)s off the extras, %(base)s")
        return text % {"rate": rate, "base": base}
    whole = formats.amount(params["amount"], currency)
    text = _("of %(whole)s, off the days") if days else _("of %(whole)s, off the extras")
    return text % {"whole": whole}


def _promotion(params: Params, currency: str) -> Words:
    return Words(_("Promo code %(code)s", code=params["code"]), _discount(params, currency))


def _gift(params: Params, currency: str) -> Words:
    return Words(_("With our compliments"), _discount(params, currency))


def _delivery(params: Params, _currency: str) -> Words:
    return Words(_("Delivery"), _("Flat, to %(place)s", place=params["place"]))


def _collection(params: Params, _currency: str) -> Words:
    return Words(_("Collection"), _("Flat, from %(place)s", place=params["place"]))


def _extra(params: Params, currency: str) -> Words:
    each = formats.amount(params["unit_amount"], currency)
    quantity, days = params["quantity"], params["days"]
    if params["unit"] == "mile":
        return Words(params["name"], _("%(miles)d miles × %(each)s", miles=quantity, each=each))
    return Words(params["name"], _per(params["unit"], each, quantity=quantity, days=days))


def _additional_driver(params: Params, currency: str) -> Words:
    each = formats.amount(params["unit_amount"], currency)
    name = ngettext("Second driver", "%(num)d additional drivers", params["drivers"])
    return Words(name, _per(params["unit"], each, quantity=params["drivers"], days=params["days"]))


def _young_driver(params: Params, currency: str) -> Words:
    each = formats.amount(params["unit_amount"], currency)
    return Words(_("Young driver"), _per(params["unit"], each, quantity=1, days=params["days"]))


def _tax(params: Params, currency: str) -> Words:
    rate = _rate(params["rate_ppm"], 1_000_000)
    base = formats.amount(params["base_amount"], currency)
    return Words(params["name"], _("%(rate)s of %(base)s", rate=rate, base=base))


def _cancellation_fee(params: Params, currency: str) -> Words:
    # Invoices of older versions named no tax by its place, only the sum within the fee.
    within = params.get("tax")
    tax = _("tax of %(tax)s included", tax=formats.amount(within, currency)) if within else ""
    return Words(_("Cancellation fee"), tax)


def _credited(params: Params, _currency: str) -> Words:
    return Words(_("Correction of invoice %(number)s", number=params["number"]), "")


def _given_back(_params: Params, _currency: str) -> Words:
    return Words(_("Given back by the house"), "")


_WORDS: dict[str, Callable[[Params, str], Words]] = {
    "rental_days": _rental_days,
    "season": _season,
    "long_stay": _long_stay,
    "delivery": _delivery,
    "collection": _collection,
    "extra": _extra,
    "additional_driver": _additional_driver,
    "young_driver": _young_driver,
    "promotion": _promotion,
    "gift": _gift,
    "tax": _tax,
    "cancellation_fee": _cancellation_fee,
    "given_back": _given_back,
    "credited": _credited,
    **charge_words.WORDS,
}


def _per(unit: str, each: str, *, quantity: int, days: int) -> str:
    """`3 × $25.00`, `2 × 3 × $25.00` or, once per rental, `$40.00 for the rental`."""
    factors = [str(quantity)] if quantity > 1 else []
    if unit == "day":
        return " × ".join([*factors, ngettext("%(num)d day", "%(num)d days", days), each])
    return " × ".join([*factors, _("%(each)s for the rental", each=each)])


def _rate(rate: int, of: int) -> str:
    return formats.percent(rate, of=of)


def _weekdays(numbers: Iterable[int]) -> str:
    """`Friday and Saturday` from ISO weekday numbers."""
    locale = get_locale()
    if locale is None:
        raise RuntimeError("weekdays are named in the language of a request")
    names = [locale.days["format"]["wide"][number - 1] for number in numbers]
    if len(names) < 2:
        return "".join(names)
    return _("%(all)s and %(last)s", all=", ".join(names[:-1]), last=names[-1])
