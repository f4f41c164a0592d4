"""The books in words: accounts, what was posted, and what an entry is for, as the reader speaks."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.invoicing.models import InvoiceKind
from exodrive.ledger.models import Account
from exodrive.rendering import charge_words

ACCOUNTS: dict[Account, LazyString] = {
    Account.CLEARING: _l("At PayPal"),
    Account.CASH: _l("Taken at the desk"),
    Account.RECEIVABLE: _l("Owed by customers"),
    Account.PREPAID: _l("Customers’ prepayments"),
    Account.DEPOSITS: _l("Deposits taken"),
    Account.TAX: _l("Tax due"),
    Account.RENTAL: _l("Revenue: rental days"),
    Account.EXTRAS: _l("Revenue: extras and drivers"),
    Account.DELIVERY: _l("Revenue: delivery"),
    Account.CHARGES: _l("Revenue: charges"),
    Account.CANCELLATION: _l("Revenue: cancellations"),
    Account.DISCOUNTS: _l("Discounts: promo codes and gifts"),
    Account.REFUNDS: _l("Given back and corrected"),
    Account.FEES: _l("PayPal’s fees"),
    Account.WRITE_OFFS: _l("Written off"),
}
KINDS: dict[str, LazyString] = {
    "capture": _l("Payment taken"),
    "refund": _l("Payment given back"),
    "fee": _l("PayPal’s fee"),
    "settlement": _l("Rental settled"),
    "cancellation": _l("Cancellation fee earned"),
    "allowance": _l("Price lowered"),
    "receipt": _l("Taken at the desk"),
    "bill_payment": _l("Bill paid"),
    "change": _l("Booking changed"),
    "late_charge": _l("Charge after the settlement"),
    "write_off": _l("Written off"),
    "credit_note": _l("Credit note"),
    "transfer": _l("Moved to be given back"),
}
# What a credit note corrects.
CORRECTED: dict[str, LazyString] = {
    InvoiceKind.INVOICE: _l("Of the invoice"),
    InvoiceKind.SUPPLEMENT: _l("Of a supplement"),
}


def account(which: Account) -> str:
    return str(ACCOUNTS[which])


def kind(name: str) -> str:
    """What was posted; the name itself where nobody has put it into words yet."""
    return str(KINDS.get(name, name))


def detail(which: Account, code: str, taxes: Mapping[tuple[str, str], str]) -> str:
    """What an entry is for beside its account: the kind of charge, the tax and its place, else the code.

    `taxes` are the names of taxes, by jurisdiction and code.
    """
    if which is Account.CHARGES:
        return charge_words.name(code)
    if which is Account.REFUNDS and code in CORRECTED:
        return str(CORRECTED[code])
    if which is Account.TAX:
        place, slash, tax = code.partition("/")
        return f"{taxes.get((place, tax), tax)}, {place}" if slash else code
    return code
