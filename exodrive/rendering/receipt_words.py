"""Receipts of the desk in words."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.payments.receipt_models import For, Method, Receipt, ReceiptKind
from exodrive.rendering import formats

METHODS = {
    Method.TERMINAL: lambda: _("Card terminal"),
    Method.CASH: lambda: _("Cash"),
    Method.TRANSFER: lambda: _("Bank transfer"),
}
PURPOSES = {
    For.RENTAL: lambda: _("Rental"),
    For.DEPOSIT: lambda: _("Deposit"),
    For.CHARGE: lambda: _("Charges"),
}
KINDS = {
    ReceiptKind.TAKEN: lambda: _("Taken"),
    ReceiptKind.GIVEN_BACK: lambda: _("Handed back"),
    ReceiptKind.CORRECTED: lambda: _("Never taken"),
}


def method(one: str) -> str:
    return METHODS[Method(one)]()


def purpose(one: str) -> str:
    return PURPOSES[For(one)]()


def kind(one: str) -> str:
    return KINDS[ReceiptKind(one)]()


def in_short(row: Receipt) -> str:
    """A receipt in one line, to choose it by."""
    return _(
        "No. %(number)d: %(purpose)s, %(method)s, %(amount)s",
        number=row.number,
        purpose=purpose(row.purpose),
        method=method(row.method).lower(),
        amount=formats.money(row.money),
    )
