"""What a change does, in words: the price before and after, the money, the deposit, the paper, the policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _

from exodrive.blueprints import promo_codes
from exodrive.bookings.change.change_money import MoneyStep
from exodrive.bookings.change.impact import DepositStep, Impact, Paper, Row
from exodrive.kernel.money import Money
from exodrive.rendering import formats, price_words


class PriceRow(NamedTuple):
    """A line of the price as it will be, with what it was."""

    name: str
    amount: Money
    reason: str
    less: bool


def rows(impact: Impact) -> list[PriceRow]:
    return [_row(row, impact.after.currency) for row in impact.rows]


def _row(row: Row, currency: str) -> PriceRow:
    line = row.after or row.before
    if line is None:
        raise ValueError("a row of a price has a line before or after")
    (words,) = price_words.rows([line])
    nothing = Money.zero(currency)
    before = row.before.amount if row.before else nothing
    after = row.after.amount if row.after else nothing
    if row.before is None:
        reason = _("New. %(reason)s", reason=words.reason)
    elif row.after is None:
        reason = _("No longer; it was %(before)s", before=formats.money(before))
    elif before == after:
        reason = words.reason
    else:
        reason = _("It was %(before)s. %(reason)s", before=formats.money(before), reason=words.reason)
    return PriceRow(words.name, after, reason.strip(), after < nothing)


def consequences(impact: Impact) -> Iterator[str]:
    """What follows, one sentence each, in the order in which people ask."""
    yield from (_money(step) for step in impact.money)
    if not impact.money:
        yield _("The price stays the same.")
    if impact.code_lost is not None:
        yield _("The promo code does not count any more: %(why)s", why=promo_codes.in_words(impact.code_lost))
    if impact.unused_days:
        yield _("The days that you do not use are not given back.")
    yield from _deposit(impact)
    if impact.paper is Paper.ADDENDUM:
        yield _("An addendum to the agreement is mailed, to be signed.")
    elif impact.paper is Paper.AGREEMENT:
        yield _("The agreement is withdrawn and mailed anew, to be signed.")
    if impact.window_closed:
        yield _("Cancelling stays as it is: a change does not make it free again.")
    if impact.booking.renter is not None:
        yield _("A mail says what the booking is then.")


def _money(step: MoneyStep) -> str:
    amount = formats.money(step.amount)
    return {
        "approve": _("%(amount)s more is to be approved at PayPal before anything changes.", amount=amount),
        "approve_instead": _("%(amount)s in all is then to be approved at PayPal.", amount=amount),
        "take_less": _("%(amount)s less is taken of what PayPal holds.", amount=amount),
        "give_back": _("%(amount)s that was charged goes back the way it came.", amount=amount),
    }[step.code]


def _deposit(impact: Impact) -> Iterator[str]:
    amount = formats.money(impact.deposit)
    if impact.deposit_step is DepositStep.OTHER:
        yield _("The deposit will be %(amount)s.", amount=amount)
    elif impact.deposit_step is DepositStep.AGAIN:
        yield _("The deposit that is held goes back, and %(amount)s is asked for.", amount=amount)
    elif impact.deposit_step is DepositStep.KEPT:
        yield _("The deposit that is held, %(amount)s, stays as it is.", amount=amount)
    elif impact.deposit_step is DepositStep.TAKEN:
        yield _(
            "The deposit, %(amount)s, is charged and given back after the return: "
            "PayPal cannot hold it for so long.",
            amount=amount,
        )


def beyond(reasons: tuple[str, ...] | list[str]) -> list[str]:
    """Why customers may not do it themselves."""
    words = {
        "too_late": _("It is too close to the pick-up."),
        "too_soon": _("The new pick-up is too soon to have the car ready."),
        "car_hidden": _("The car is not on show."),
        "pickup_outside_hours": _("The house is closed at the pick-up."),
        "return_outside_hours": _("The house is closed at the return."),
    }
    return [words[reason] for reason in reasons]
