"""The files of the house's own documents: invoices, supplements and credit notes, and their lines."""

from __future__ import annotations

from collections.abc import Iterator

from exodrive.bookkeeping import cells, documents
from exodrive.bookkeeping.periods import Period
from exodrive.bookkeeping.sheet import Row, Sheet, amounts, pairs
from exodrive.invoicing.models import TAX
from exodrive.kernel.money import Money


def _invoices(period: Period) -> Iterator[Row]:
    for found in documents.issued(start=period.start, end=period.end):
        invoice = found.invoice
        whole = invoice.total_money
        yield (
            *_head(found, period),
            cells.text(invoice.recipient_name),
            cells.text(invoice.recipient_address),
            cells.text(invoice.reason),
            invoice.currency,
            *amounts(whole - invoice.tax, invoice.tax, whole, invoice.paid_money),
            found.sha256.hex() if found.sha256 else None,
        )


def _lines(period: Period) -> Iterator[Row]:
    for found in documents.issued(start=period.start, end=period.end):
        currency = found.invoice.currency
        for number, (code, params, amount) in enumerate(found.invoice.lines, start=1):
            taxed = code == TAX
            base = Money(params["base_amount"], currency) if taxed and "base_amount" in params else None
            yield (
                *_head(found, period),
                number,
                cells.text(code),
                cells.text(params.get("name")),
                cells.text(params.get("jurisdiction")) if taxed else None,
                cells.text(params.get("code")) if taxed else None,
                params.get("rate_ppm") if taxed else None,
                currency,
                *(amounts(base) if base else (None, None)),
                *amounts(Money(amount, currency)),
            )


def _head(found: documents.Document, period: Period) -> Row:
    invoice = found.invoice
    return (
        invoice.number,
        invoice.kind,
        invoice.issued_at.astimezone(period.zone).date().isoformat(),
        invoice.supplied_on.isoformat() if invoice.supplied_on else None,
        found.corrects.number if found.corrects else None,
        found.reference,
    )


HEAD = ("number", "kind", "issued_on", "supplied_on", "corrects", "booking")
INVOICES = Sheet(
    "invoices",
    (*HEAD, "name", "address", "reason", "currency", *pairs("net", "tax", "total", "paid"), "sha256"),
    _invoices,
)
LINES = Sheet(
    "invoice-lines",
    (*HEAD, "line", "code", "name", "place", "tax", "rate_ppm", "currency", *pairs("base", "amount")),
    _lines,
)
