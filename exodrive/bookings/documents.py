"""A booking's documents in one list: what was signed, invoiced, corrected and receipted, by its date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from exodrive.bookings.models import Booking
from exodrive.contracts import issuing as contracts
from exodrive.contracts.models import Contract
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import Invoice
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import Receipt


class DocumentKind(StrEnum):
    AGREEMENT = "agreement"
    ADDENDUM = "addendum"
    AUDIT_LOG = "audit_log"  # who signed which of them when, by the provider of signatures
    INVOICE = "invoice"
    SUPPLEMENT = "supplement"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"


class Document(NamedTuple):
    """One of them. `file_id` is its PDF: None while that is made, and of receipts, which are letters."""

    kind: DocumentKind
    number: str
    dated: datetime
    amount: Money | None
    file_id: UUID | None


def of_booking(booking: Booking) -> list[Document]:
    """All of a booking's documents, the oldest first."""
    return listed(
        booking,
        agreements=contracts.all_of(booking.id),
        issued=invoices.all_of_booking(booking.id),
        taken=receipts.of_booking(booking.id),
    )


def listed(
    booking: Booking, *, agreements: Iterable[Contract], issued: Iterable[Invoice], taken: Iterable[Receipt]
) -> list[Document]:
    """The same of rows that were read already: of the agreements, those that were signed."""
    found = [
        *(document for contract in agreements for document in _signed(contract)),
        *(
            Document(DocumentKind(row.kind), row.number, row.issued_at, row.total_money, row.file_id)
            for row in issued
        ),
        *(
            Document(DocumentKind.RECEIPT, f"{booking.reference}-{row.number}", row.at, row.signed, None)
            for row in taken
        ),
    ]
    return sorted(found, key=lambda document: document.dated)


def _signed(contract: Contract) -> list[Document]:
    dated = contract.signed_at or contract.created_at
    number = str(contract.number) if contract.number else ""
    kinds = (
        (DocumentKind(contract.kind), contract.agreement_file_id),
        (
            DocumentKind.AUDIT_LOG,
            contract.audit_file_id,
        ),
    )
    return [Document(kind, number, dated, None, file_id) for kind, file_id in kinds if file_id]
