"""Why somebody must look at a booking, in a few words."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

WORDS: dict[str, Callable[[], str]] = {
    "amount_mismatch": lambda: _("PayPal’s amount is not ours"),
    "payment_refused": lambda: _("PayPal refused a call"),
    "money_without_place": lambda: _("money came without a place"),
    "hold_lost": lambda: _("PayPal ended the hold of the money"),
    "hold_ending": lambda: _("PayPal’s hold of the money ends soon"),
    "deposit_lost": lambda: _("PayPal ended the hold of the deposit"),
    "deposit_due": lambda: _("a claim keeps the deposit to its last day"),
    "agreement_declined": lambda: _("agreement declined"),
    "agreement_expired": lambda: _("agreement expired"),
    "mail_bounced": lambda: _("mail came back"),
    "charge_objected": lambda: _("the renter objects to a charge"),
    "bill_trouble": lambda: _("a bill needs a look"),
    "car_late": lambda: _("a car is late for its next rental"),
}


def of(code: str) -> str:
    """Why somebody must look at a booking, in a few words."""
    words = WORDS.get(code)
    return words() if words else code
