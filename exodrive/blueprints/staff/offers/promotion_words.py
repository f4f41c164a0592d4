"""Promo codes in words: what they take off, for which rentals, and how they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.pricing.discounts import Discount
from exodrive.pricing.price import LineKind
from exodrive.pricing.promotion_models import Promotion, PromotionState
from exodrive.rendering import formats


class Standing(NamedTuple):
    """How a code stands, as the badge macro wants it."""

    tone: str
    icon: str
    word: str


def off(discount: Discount) -> str:
    """`10 % off days and extras`."""
    much = (
        formats.money(discount.amount)
        if discount.amount is not None
        else formats.percent(discount.rate_bp or 0, of=10_000)
    )
    if len(discount.kinds) > 1:
        return _("%(much)s off days and extras", much=much)
    if discount.kinds[0] is LineKind.RENTAL:
        return _("%(much)s off the days", much=much)
    return _("%(much)s off the extras", much=much)


def conditions(row: Promotion) -> list[str]:
    """What it asks of a rental, a few words each."""
    return list(_conditions(row))


def _conditions(row: Promotion) -> Iterator[str]:
    if row.booked_from or row.booked_until:
        yield _("booked %(days)s", days=_span(row.booked_from, row.booked_until))
    if row.pickup_from or row.pickup_until:
        yield _("picked up %(days)s", days=_span(row.pickup_from, row.pickup_until))
    if row.minimum_days > 1:
        yield ngettext("%(num)d day or more", "%(num)d days or more", row.minimum_days)
    if row.categories:
        yield ngettext("%(num)d kind of car", "%(num)d kinds of cars", len(row.categories))
    if row.cars:
        yield ngettext("%(num)d car", "%(num)d cars", len(row.cars))
    if row.most_per_customer:
        yield ngettext("%(num)d use a customer", "%(num)d uses a customer", row.most_per_customer)


def standing(row: Promotion, *, uses: int, today: date) -> Standing:
    """Whether it can be used, and why not."""
    if row.state == PromotionState.ENDED:
        return Standing("idle", "ban", _("Ended"))
    if row.most_uses is not None and uses >= row.most_uses:
        return Standing("wait", "checks", _("Used up"))
    if row.booked_until is not None and row.booked_until < today:
        return Standing("idle", "clock-off", _("Over"))
    if row.booked_from is not None and row.booked_from > today:
        return Standing("wait", "clock", _("Not yet"))
    return Standing("go", "circle-check", _("Active"))


def _span(first: date | None, last: date | None) -> str:
    if first is not None and last is not None:
        return _("%(first)s to %(last)s", first=formats.day_short(first), last=formats.day_short(last))
    if first is not None:
        return _("from %(first)s", first=formats.day_short(first))
    return _("until %(last)s", last=formats.day_short(last)) if last is not None else ""
