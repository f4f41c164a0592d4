"""The files of single accounts: who owes and is owed, by booking; what PayPal and the desk have moved."""

from __future__ import annotations

from collections.abc import Iterator

from exodrive.bookkeeping import cells, clearing, journal, open_items, takings
from exodrive.bookkeeping.periods import Period
from exodrive.bookkeeping.sheet import SPAN, Row, Rows, Sheet, amounts, moment, pairs, span
from exodrive.ledger.models import Account


def _by_booking(account: Account) -> Rows:
    """The rows of one account; each booking's sums have the sign that they have there."""

    def rows(period: Period) -> Iterator[Row]:
        for item in open_items.of(account, start=period.start, end=period.end):
            yield (
                *span(period),
                item.reference,
                cells.text(item.party),
                item.pickup_on.isoformat() if item.pickup_on else None,
                item.return_on.isoformat() if item.return_on else None,
                item.since.astimezone(period.zone).date().isoformat(),
                " ".join(item.documents),
                item.opening.currency,
                *amounts(item.opening, item.debits, item.credits, item.closing),
            )

    return rows


def _paypal(period: Period) -> Iterator[Row]:
    for row, there in clearing.of_period(start=period.start, end=period.end):
        yield (
            *moment(row.posting.posted_at, period),
            str(row.posting.id),
            row.posting.kind,
            cells.text(there.paypal_id),
            cells.text(there.of),
            cells.text(there.ours),
            there.happened_at.astimezone(period.zone).isoformat(timespec="seconds")
            if there.happened_at
            else None,
            row.reference,
            cells.text(journal.party_of(row.posting.kind, row.renter)),
            row.net.currency,
            *amounts(row.gross, -row.fee, row.net),
        )


def _desk(period: Period) -> Iterator[Row]:
    for row, slip in takings.of_period(start=period.start, end=period.end):
        yield (
            *moment(row.posting.posted_at, period),
            str(row.posting.id),
            row.posting.kind,
            cells.text(row.number),
            row.reference,
            cells.text(row.renter),
            slip.method,
            slip.purpose,
            cells.text(slip.slip),
            cells.text(slip.by),
            cells.text(slip.reason),
            row.net.currency,
            *amounts(row.net),
        )


BY_BOOKING = (
    *SPAN,
    *("booking", "party", "pickup_on", "return_on", "since", "documents", "currency"),
    *pairs("opening", "debits", "credits", "closing"),
)
RECEIVABLES = Sheet("receivables", BY_BOOKING, _by_booking(Account.RECEIVABLE))
PREPAYMENTS = Sheet("prepayments", BY_BOOKING, _by_booking(Account.PREPAID))
DEPOSITS = Sheet("deposits", BY_BOOKING, _by_booking(Account.DEPOSITS))
PAYPAL = Sheet(
    "paypal",
    (
        *("date", "time", "posting", "kind", "paypal_id", "of_capture", "our_id", "paypal_time", "booking"),
        *("party", "currency"),
        *pairs("gross", "fee", "net"),
    ),
    _paypal,
)
DESK = Sheet(
    "desk",
    (
        *("date", "time", "posting", "kind", "document", "booking", "party", "method", "purpose", "slip"),
        *("taken_by", "reason", "currency"),
        *pairs("amount"),
    ),
    _desk,
)
