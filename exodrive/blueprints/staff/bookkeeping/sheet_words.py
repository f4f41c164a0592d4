"""The files of the books in words: what each is called, and what an accountant finds in it."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class SheetWords(NamedTuple):
    name: LazyString
    holds: LazyString


WORDS: dict[str, SheetWords] = {
    "trial-balance": SheetWords(_l("Trial balance"), _l("Opening, debits, credits and closing by account")),
    "journal": SheetWords(_l("Journal"), _l("Every entry, with its document, booking and counterparty")),
    "taxes": SheetWords(_l("Taxes by place"), _l("Charged, corrected and due, by place and tax")),
    "invoices": SheetWords(_l("Invoices"), _l("Invoices, supplements and credit notes by number")),
    "invoice-lines": SheetWords(_l("Lines of the invoices"), _l("Each line; of taxes the rate and the base")),
    "receivables": SheetWords(_l("Receivables"), _l("What customers owe, by booking")),
    "prepayments": SheetWords(_l("Prepayments"), _l("Taken for rentals that are not settled, by booking")),
    "deposits": SheetWords(_l("Deposits"), _l("Deposits that were taken and not settled, by booking")),
    "paypal": SheetWords(_l("At PayPal"), _l("Captures, refunds and fees by PayPal’s ids")),
    "desk": SheetWords(_l("Taken at the desk"), _l("Receipts by number, method and who took them")),
}


def of(name: str) -> SheetWords:
    return WORDS[name]
