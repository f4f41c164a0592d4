"""The files of the ledger itself: what stands on each account, how it came there, and the taxes."""

from __future__ import annotations

from collections.abc import Iterator

from exodrive.bookkeeping import cells, journal, trial
from exodrive.bookkeeping.periods import Period
from exodrive.bookkeeping.sheet import SPAN, Row, Sheet, amounts, moment, pairs, span


def _trial(period: Period) -> Iterator[Row]:
    for row in trial.balance(start=period.start, end=period.end):
        sums = amounts(row.opening, row.debits, row.credits, row.closing)
        yield *span(period), row.account, row.currency, *sums


def _journal(period: Period) -> Iterator[Row]:
    for line in journal.lines(start=period.start, end=period.end):
        yield (
            *moment(line.posted_at, period),
            str(line.posting_id),
            line.kind,
            cells.text(line.source),
            line.reference,
            line.account,
            cells.text(line.detail),
            line.amount.currency,
            *amounts(line.amount),
            line.voucher.kind,
            cells.text(line.voucher.number),
            cells.text(line.party),
        )


def _taxes(period: Period) -> Iterator[Row]:
    for row in trial.taxes(start=period.start, end=period.end):
        place, _slash, code = (row.detail or "").partition("/")
        due = row.credits - row.debits
        sums = amounts(-row.opening, row.credits, row.debits, due, -row.closing)
        yield *span(period), cells.text(place), cells.text(code), row.currency, *sums


TRIAL = Sheet(
    "trial-balance",
    (*SPAN, "account", "currency", *pairs("opening", "debits", "credits", "closing")),
    _trial,
)
JOURNAL = Sheet(
    "journal",
    (
        *("date", "time", "posting", "kind", "source", "booking", "account", "detail", "currency"),
        *pairs("amount"),
        *("document_kind", "document", "party"),
    ),
    _journal,
)
TAXES = Sheet(
    "taxes",
    (
        *SPAN,
        *("place", "tax", "currency"),
        *pairs("opening_due", "charged", "corrected", "due", "closing_due"),
    ),
    _taxes,
)
