"""What differs from PayPal in words: why, what is about it, and what its button does."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from exodrive.kernel.money import Money
from exodrive.reconciliation.models import Difference
from exodrive.reconciliation.states import Cause, Remedy

CAUSES: dict[Cause, Callable[[], str]] = {
    Cause.AUTHORIZATION_UNKNOWN: lambda: _("PayPal holds money that is not recorded here"),
    Cause.CAPTURE_UNKNOWN: lambda: _("Money was taken in PayPal’s own pages"),
    Cause.REFUND_UNKNOWN: lambda: _("Money was given back in PayPal’s own pages"),
    Cause.BILL_PAYMENT_UNKNOWN: lambda: _("A bill was paid, and PayPal’s message did not arrive"),
    Cause.AUTHORIZATION_MISSING: lambda: _("PayPal does not know a hold that is recorded here"),
    Cause.CAPTURE_MISSING: lambda: _("PayPal does not know a payment that is recorded here"),
    Cause.REFUND_MISSING: lambda: _("PayPal does not know a refund that is recorded here"),
    Cause.BILL_MISSING: lambda: _("PayPal does not know this bill"),
    Cause.BILL_PAYMENT_MISSING: lambda: _("PayPal does not show a payment of this bill"),
    Cause.AUTHORIZATION_GONE: lambda: _("PayPal has ended a hold, and its message did not arrive"),
    Cause.STATUS_DIFFERS: lambda: _("PayPal says another state than is recorded here"),
    Cause.AMOUNT_DIFFERS: lambda: _("PayPal has another amount than is recorded here"),
    Cause.FEE_MISSING: lambda: _("PayPal named its fee later"),
    Cause.FEE_DIFFERS: lambda: _("PayPal names another fee than before"),
    Cause.BOOKS_DIFFER: lambda: _("The books have another sum than the payment"),
    Cause.OUTCOME_UNKNOWN: lambda: _("PayPal was called, and its answer never came"),
    Cause.HOLD_FORGOTTEN: lambda: _("The booking has ended, and PayPal still holds money"),
}
REMEDIES: dict[Remedy, Callable[[], str]] = {
    Remedy.TAKE_OVER: lambda: _("Take over"),
    Remedy.POST: lambda: _("Correct the books"),
    Remedy.ASK_AGAIN: lambda: _("Ask PayPal again"),
    Remedy.LET_GO: lambda: _("Let go of it"),
}
EFFECTS: dict[Remedy, Callable[[], str]] = {
    Remedy.TAKE_OVER: lambda: _(
        "PayPal is read once more, and what it says then counts here too: in the payment, in the booking and "
        "in the books."
    ),
    Remedy.POST: lambda: _("A posting of the difference is added; what was posted before stays as it is."),
    Remedy.ASK_AGAIN: lambda: _(
        "PayPal is read once more. Where it says the same as we do by then, it is gone."
    ),
    Remedy.LET_GO: lambda: _(
        "PayPal is asked to let go of the whole hold; the customer has the money again."
    ),
}
CALLS: dict[str, Callable[[], str]] = {
    "create_order": lambda: _("make an order"),
    "patch_order": lambda: _("change an order’s amount"),
    "authorize": lambda: _("authorize"),
    "capture": lambda: _("capture"),
    "reauthorize": lambda: _("renew a hold"),
    "void": lambda: _("let go of a hold"),
    "refund": lambda: _("refund"),
    "create": lambda: _("make a bill"),
    "send": lambda: _("send a bill"),
    "remind": lambda: _("remind of a bill"),
    "cancel": lambda: _("withdraw a bill"),
    "record_payment": lambda: _("note a payment of a bill"),
}


def cause(row: Difference) -> str:
    """Why it differs, in a sentence."""
    return CAUSES[Cause(row.cause)]()


def remedy(row: Difference) -> str:
    """What its button says."""
    return REMEDIES[row.remedy]()


def effect(row: Difference) -> str:
    """What its button does, said before the click."""
    return EFFECTS[row.remedy]()


def subject(row: Difference) -> str:
    """What it is about: PayPal's id, the call, or the part of the books."""
    if row.cause == Cause.OUTCOME_UNKNOWN:
        word = row.our_word or ""
        return CALLS[word]() if word in CALLS else word
    if row.cause == Cause.BOOKS_DIFFER:
        parts = {"capture": _("taken"), "refund": _("given back"), "fee": _("PayPal’s fee")}
        return parts.get(row.subject.rpartition(":")[2], row.subject)
    return row.subject.removesuffix("/refunds")


def apart(row: Difference) -> Money | None:
    """How far the two sides are apart, PayPal's less ours; None where neither has an amount."""
    if row.ours is None and row.theirs is None:
        return None
    return Money((row.theirs or 0) - (row.ours or 0), row.currency)


def in_short(row: Difference) -> str:
    """One line of plain text."""

    def told(amount: Money | None) -> str:
        return "-" if amount is None else f"{amount.to_text()} {amount.currency}"

    return f"{cause(row)} ({subject(row)}): {told(row.our_money)} / {told(row.their_money)}"
