"""What ending a booking before its keys does, in words: the fee, the money, the papers, the mails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from exodrive.bookings.ending import Ending, Moves, Way
from exodrive.bookings.states import UNPAID
from exodrive.kernel.money import Money
from exodrive.rendering import formats


class Told(NamedTuple):
    """An ending as a page shows it: figures with their names, why the fee is what it is, and what follows."""

    figures: list[tuple[str, str]]
    reason: str
    consequences: list[str]


def told(ending: Ending, *, zone: ZoneInfo | str, to_staff: bool = False) -> Told:
    """`zone` is that of the pick-up place; staff are told what nobody asks the customer for, too."""
    return Told(
        [(name, formats.money(amount)) for name, amount in _figures(ending, to_staff=to_staff)],
        _reason(ending, zone),
        list(_consequences(ending, to_staff=to_staff)),
    )


def _figures(ending: Ending, *, to_staff: bool) -> Iterator[tuple[str, Money]]:
    yield _("Agreed price"), ending.booking.total_money
    yield _("No-show fee") if ending.way is Way.MISSED else _("Cancellation fee"), ending.fee
    if ending.tax:
        yield _("Tax in what is kept"), ending.tax
    yield _("Goes back to the customer") if to_staff else _("You get back"), ending.comes_back


def _reason(ending: Ending, zone: ZoneInfo | str) -> str:
    if ending.way is Way.MISSED:
        return _("Nobody came: the rental is charged in full.")
    if ending.way is Way.HOUSES_FAULT:
        return _("The fault is the house’s: everything goes back.")
    if ending.booking.state in UNPAID:
        return _("Nothing was paid yet, so it costs nothing.")
    until = formats.moment(ending.free_until, zone)
    if ending.fee:
        return _("It was free until %(moment)s. Now a part is charged, with its tax.", moment=until)
    return _("It is free until %(moment)s.", moment=until)


def _consequences(ending: Ending, *, to_staff: bool) -> Iterator[str]:
    """One sentence each, in the order in which people ask."""
    yield from _price(ending.price_moves)
    if ending.uncovered and to_staff:
        amount = formats.money(ending.uncovered)
        yield _(
            "%(amount)s of the fee is neither held nor taken, and is not asked for by itself.", amount=amount
        )
    yield from _deposit(ending.deposit_moves)
    if ending.hand_back:
        amount = formats.money(ending.hand_back)
        yield _("The desk hands back %(amount)s that it took.", amount=amount)
    if ending.under_way:
        yield _(
            "PayPal is being asked about some of this money: what comes of it is followed by the same rules."
        )
    yield from _papers(ending)
    yield from _letters(ending)


def _price(moves: Moves) -> Iterator[str]:
    if moves.take:
        yield _("%(amount)s is taken of what PayPal holds.", amount=formats.money(moves.take))
    if moves.let_go:
        yield _("PayPal lets go of %(amount)s that it holds.", amount=formats.money(moves.let_go))
    if moves.give_back:
        amount = formats.money(moves.give_back)
        yield _("%(amount)s that was charged goes back the way it came.", amount=amount)
    if not any(moves):
        yield _("Nothing is taken, and nothing is to go back.")


def _deposit(moves: Moves) -> Iterator[str]:
    if moves.let_go:
        yield _("PayPal lets go of the deposit, %(amount)s.", amount=formats.money(moves.let_go))
    if moves.give_back:
        amount = formats.money(moves.give_back)
        yield _("The deposit, %(amount)s, goes back the way it came.", amount=amount)


def _papers(ending: Ending) -> Iterator[str]:
    if ending.change_withdrawn:
        yield _("The change that waits for its payment is withdrawn.")
    if ending.agreement_withdrawn:
        yield _("What waits for a signature is withdrawn.")
    if ending.code_returned:
        yield _("The promo code can be used once more.")


def _letters(ending: Ending) -> Iterator[str]:
    words = {
        "booking.cancelled": _("A mail says that it is cancelled, and what comes back."),
        "booking.missed": _("A mail says that nobody came, what is charged, and what comes back."),
        "invoice.ready": _("The invoice for the fee is mailed once the money has been taken."),
    }
    yield from (words[name] for name in ending.letters)
