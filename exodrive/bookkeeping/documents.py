"""The invoices, supplements and credit notes of a period, read a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import aliased

from exodrive.bookings.models import Booking
from exodrive.invoicing.models import Invoice
from exodrive.kernel.db import session
from exodrive.storage.models import StoredFile

PAGE = 200


class Document(NamedTuple):
    """One of them, with its booking's reference, what it corrects, and its PDF's hash."""

    invoice: Invoice
    reference: str
    corrects: Invoice | None
    sha256: bytes | None


def issued(*, start: datetime, end: datetime) -> Iterator[Document]:
    """Those of a period, in the order in which they were issued."""
    after: tuple[datetime, UUID] | None = None
    while True:
        found = _page(start=start, end=end, after=after)
        if not found:
            return
        yield from found
        last = found[-1].invoice
        after = (last.issued_at, last.id)


def _page(*, start: datetime, end: datetime, after: tuple[datetime, UUID] | None) -> list[Document]:
    corrected = aliased(Invoice)
    query = (
        select(Invoice, Booking.reference, corrected, StoredFile.sha256)
        .join(Booking, Booking.id == Invoice.booking_id)
        .outerjoin(corrected, corrected.id == Invoice.corrects_id)
        .outerjoin(StoredFile, StoredFile.id == Invoice.file_id)
        .where(Invoice.issued_at >= start, Invoice.issued_at < end)
        .order_by(Invoice.issued_at, Invoice.id)
        .limit(PAGE)
    )
    if after is not None:
        query = query.where(tuple_(Invoice.issued_at, Invoice.id) > tuple_(*after))
    return [
        Document(invoice, reference, corrects, sha256)
        for invoice, reference, corrects, sha256 in session().execute(query)
    ]
