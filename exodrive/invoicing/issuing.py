"""Issuing invoices, supplements and credit notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from exodrive.invoicing.models import Invoice, InvoiceCounter, InvoiceKind
from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.storage import files

ISSUED = "invoice.issued"
READY = "invoice.ready"


class InvoiceNotFound(NotFound):
    code = "invoice_not_found"


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    address: str
    email: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """What is charged: a code with parameters, put into words when it is rendered."""

    code: str
    params: dict[str, Any]
    amount: Money


def issue(
    booking_id: UUID,
    *,
    recipient: Recipient,
    lines: list[InvoiceLine],
    total: Money,
    paid: Money,
    zone: ZoneInfo,
    at: datetime,
    kind: InvoiceKind = InvoiceKind.INVOICE,
    corrects: UUID | None = None,
    reason: str | None = None,
    supplied_on: date | None = None,
) -> Invoice:
    """Give the next number of the year, by the house's calendar, and send the document to be rendered.

    A credit note `corrects` another document, for a `reason`, and its amounts are negative. Raises
    ValueError where the lines are not the total: a fault of the caller.
    """
    if sum(line.amount.amount for line in lines) != total.amount:
        raise ValueError("an invoice's lines add up to its total")
    year = at.astimezone(zone).year
    invoice = Invoice(
        id=new_id(),
        booking_id=booking_id,
        kind=kind,
        corrects_id=corrects,
        reason=reason,
        year=year,
        sequence=_next(year),
        recipient_name=recipient.name,
        recipient_address=recipient.address,
        recipient_email=recipient.email,
        currency=total.currency,
        total=total.amount,
        paid=paid.amount,
        lines=[[line.code, line.params, line.amount.amount] for line in lines],
        issued_at=at,
        supplied_on=supplied_on,
    )
    session().add(invoice)
    session().flush()
    outbox.emit(ISSUED, subject_id=booking_id, invoice_id=str(invoice.id))
    return invoice


def _next(year: int) -> int:
    number: int = (
        session()
        .execute(
            insert(InvoiceCounter)
            .values(year=year, last=1)
            .on_conflict_do_update(index_elements=["year"], set_={"last": InvoiceCounter.last + 1})
            .returning(InvoiceCounter.last)
        )
        .scalar_one()
    )
    return number


def invoice(invoice_id: UUID) -> Invoice:
    """One invoice. Raises InvoiceNotFound."""
    found = session().get(Invoice, invoice_id)
    if found is None:
        raise InvoiceNotFound(str(invoice_id))
    return found


def of_booking(booking_id: UUID) -> Invoice | None:
    """A booking's own invoice, once it is settled."""
    return (
        session()
        .scalars(select(Invoice).where(Invoice.booking_id == booking_id, Invoice.kind == InvoiceKind.INVOICE))
        .one_or_none()
    )


def all_of_booking(booking_id: UUID) -> list[Invoice]:
    """A booking's documents, in the order in which they were issued."""
    return list(
        session().scalars(
            select(Invoice).where(Invoice.booking_id == booking_id).order_by(Invoice.year, Invoice.sequence)
        )
    )


def corrections_of(invoice_id: UUID) -> list[Invoice]:
    """The credit notes of a document."""
    return list(
        session().scalars(
            select(Invoice).where(Invoice.corrects_id == invoice_id).order_by(Invoice.year, Invoice.sequence)
        )
    )


def keep_pdf(invoice_id: UUID, pdf: bytes, *, at: datetime) -> None:
    """Keep the rendered invoice, and have it sent. Normal twice: the first one stays."""
    found = session().get(Invoice, invoice_id, with_for_update=True)
    if found is None:
        raise InvoiceNotFound(str(invoice_id))
    if found.file_id is not None:
        return
    found.file_id = files.keep(
        pdf,
        folder=f"invoices/{found.year}",
        name=f"{found.kind.replace('_', '-')}-{found.number}.pdf",
        media_type="application/pdf",
        at=at,
    ).id
    outbox.emit(
        READY, subject_id=found.booking_id, invoice_id=str(found.id), booking_id=str(found.booking_id)
    )
