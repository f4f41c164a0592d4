"""The files that an accountant closes a month from, by their names.

Columns are only ever added at the end. `docs/money.md` says what each of them means.
"""

from __future__ import annotations

from exodrive.bookkeeping.account_sheets import DEPOSITS, DESK, PAYPAL, PREPAYMENTS, RECEIVABLES
from exodrive.bookkeeping.document_sheets import INVOICES, LINES
from exodrive.bookkeeping.ledger_sheets import JOURNAL, TAXES, TRIAL
from exodrive.bookkeeping.sheet import Sheet
from exodrive.kernel.errors import NotFound

IN_ORDER = (
    TRIAL, JOURNAL, TAXES, INVOICES, LINES, RECEIVABLES, PREPAYMENTS, DEPOSITS, PAYPAL, DESK,
)  # fmt: skip
SHEETS: dict[str, Sheet] = {each.name: each for each in IN_ORDER}


class SheetUnknown(NotFound):
    """No export of that name."""

    code = "sheet_unknown"


def sheet(name: str) -> Sheet:
    """Raises SheetUnknown."""
    if name not in SHEETS:
        raise SheetUnknown(name)
    return SHEETS[name]
