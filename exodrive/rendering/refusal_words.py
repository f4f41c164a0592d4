"""PayPal's refusals in words: what staff read of each, and what the payer is told to do.

The words are by code where one needs its own (`refusal_codes`), and else by whose turn it is
(`payments.refusals`). What helps depends on what was refused as well: who cannot pay can be asked to pay
otherwise, but who cannot be paid back is paid back at the desk.
https://developer.paypal.com/api/rest/reference/orders/v2/errors/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import gettext as _

from exodrive.payments import refusals
from exodrive.payments.refusals import Turn
from exodrive.rendering import refusal_codes
from exodrive.rendering.refusal_codes import Wanted


class Words(NamedTuple):
    """A refusal for staff: what it means, without a full stop, and what helps, in sentences."""

    meaning: str
    advice: str


class Told(NamedTuple):
    """A refusal for the payer: `way` names what to do ("another", "approve", "reopen"), `advice` says it."""

    way: str
    advice: str


def of(code: str | None, *, wanted: Wanted = Wanted.TAKE) -> Words:
    """What staff are told of a refusal of what the house `wanted`."""
    whose = refusals.turn(code)
    meaning, own = refusal_codes.find(code)
    general = refusal_codes.INSTEAD.get((wanted, whose)) or refusal_codes.ADVICE[whose]
    advice = refusal_codes.ALWAYS.get(wanted) or own or general
    return Words(meaning(), advice())


def to_payer(code: str | None) -> Told:
    """What the payer is told when an order was not authorized; a review by PayPal ends without a code."""
    if code in UNFINISHED:
        return Told("approve", _("Approve it once more at PayPal."))
    if refusals.turn(code) is Turn.GONE:
        return Told("reopen", _("Open the way to PayPal again."))
    advice = PAYERS.get(code or "")
    return Told("another", advice() if advice else _("Try another way to pay."))


# PayPal had not got as far as the money: nobody was declined.
UNFINISHED = frozenset({"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"})


def _another_account() -> str:
    return _("PayPal lets this account pay nothing just now: use another account, or another way to pay.")


PAYERS: dict[str, Callable[[], str]] = {
    "PAYER_CANNOT_PAY": _another_account,
    "PAYER_ACCOUNT_RESTRICTED": _another_account,
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": _another_account,
    "TRANSACTION_LIMIT_EXCEEDED": lambda: _(
        "It is more than this account may pay at once: use another account, or another way to pay."
    ),
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": lambda: _(
        "PayPal has seen too many tries: begin again, with another way to pay."
    ),
}
