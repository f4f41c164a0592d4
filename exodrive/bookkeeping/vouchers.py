"""What stands behind a posting: the document that an accountant files it under, by the posting's cause.

Every posting has one. Money at PayPal goes by PayPal's own id; what the house wrote itself by its number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from exodrive.billing.models import Bill, BillPayment
from exodrive.bookings.models import Booking
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel.db import session
from exodrive.ledger.models import Posting
from exodrive.payments import models as payments
from exodrive.payments.receipt_models import Receipt


class VoucherKind(StrEnum):
    PAYPAL = "paypal"  # the id of the capture or refund there
    INVOICE = "invoice"
    SUPPLEMENT = "supplement"
    CREDIT_NOTE = "credit_note"
    BILL = "bill"  # the number of the invoice at PayPal
    RECEIPT = "receipt"  # the booking's reference, and the receipt's number
    REFUND = "refund"  # our reference of a refund, which PayPal shows as its invoice id
    CAUSE = "cause"  # none of these: the posting's own cause


class Voucher(NamedTuple):
    kind: VoucherKind
    number: str


Found = dict[str, Voucher]  # by what the causes name


def of(postings: Collection[Posting]) -> dict[UUID, Voucher]:
    """The voucher of each posting, by the posting's id: a query for each kind, however many they are."""
    named: dict[str, set[str]] = {}
    for row in postings:
        name, subject = cause(row.source)
        named.setdefault(name, set()).add(subject)
    found = {name: READERS[name](subjects) for name, subjects in named.items() if name in READERS}
    return {row.id: _one(row, found) for row in postings}


def cause(source: str) -> tuple[str, str]:
    """A posting's source, taken apart: `capture:7KV…` is a capture, of which one."""
    name, _colon, subject = source.partition(":")
    return name, subject


def _one(row: Posting, found: dict[str, Found]) -> Voucher:
    name, subject = cause(row.source)
    return found.get(name, {}).get(subject) or Voucher(VoucherKind.CAUSE, row.source)


def _at_paypal(ids: set[str]) -> Found:
    return {paypal_id: Voucher(VoucherKind.PAYPAL, paypal_id) for paypal_id in ids}


def _refunds_wanted(ids: set[str]) -> Found:
    return {
        operation: Voucher(VoucherKind.REFUND, payments.invoice_id_of(UUID(operation))) for operation in ids
    }


def _invoices(booking_ids: set[str]) -> Found:
    own = select(Invoice).where(
        Invoice.booking_id.in_(map(UUID, booking_ids)), Invoice.kind == InvoiceKind.INVOICE
    )
    return {str(row.booking_id): _document(row) for row in session().scalars(own)}


def _credit_notes(ids: set[str]) -> Found:
    rows = session().scalars(select(Invoice).where(Invoice.id.in_(map(UUID, ids))))
    return {str(row.id): _document(row) for row in rows}


def _receipts(ids: set[str]) -> Found:
    query = (
        select(Receipt.id, Booking.reference, Receipt.number)
        .join(Booking, Booking.id == Receipt.booking_id)
        .where(Receipt.id.in_(map(UUID, ids)))
    )
    return {
        str(row): Voucher(VoucherKind.RECEIPT, f"{reference}-{number}")
        for row, reference, number in session().execute(query)
    }


def _bills(ids: set[str]) -> Found:
    rows = session().execute(select(Bill.id, Bill.number).where(Bill.id.in_(map(UUID, ids))))
    return {str(bill_id): Voucher(VoucherKind.BILL, number) for bill_id, number in rows}


def _supplements(bill_ids: set[str]) -> Found:
    """Of what was billed as it came up: the invoice that was issued with the bill; older bills had none."""
    query = (
        select(Bill.id, Invoice)
        .join(Invoice, Invoice.id == Bill.invoice_id)
        .where(Bill.id.in_(map(UUID, bill_ids)))
    )
    supplements = {str(bill_id): _document(invoice) for bill_id, invoice in session().execute(query)}
    return _bills(bill_ids) | supplements


def _bill_payments(ids: set[str]) -> Found:
    query = (
        select(BillPayment.id, Bill.number)
        .join(Bill, Bill.id == BillPayment.bill_id)
        .where(BillPayment.id.in_(map(UUID, ids)))
    )
    return {str(row): Voucher(VoucherKind.BILL, number) for row, number in session().execute(query)}


def _bill_credits(subjects: set[str]) -> Found:
    """Of what went back of a bill: the bill. The cause names how much had gone back by then, too."""
    found = _bills({subject.partition("/")[0] for subject in subjects})
    bill_of = {subject: found.get(subject.partition("/")[0]) for subject in subjects}
    return {subject: bill for subject, bill in bill_of.items() if bill is not None}


def _document(invoice: Invoice) -> Voucher:
    return Voucher(VoucherKind(invoice.kind), invoice.number)


# By the name that a cause begins with; what it names differs: PayPal's ids, or rows of ours.
READERS: dict[str, Callable[[set[str]], Found]] = {
    "capture": _at_paypal,
    "fee": _at_paypal,
    "refund": _at_paypal,
    "bill_refund": _at_paypal,
    "settlement": _invoices,
    "cancellation": _invoices,
    "credit_note": _credit_notes,
    "allowance": _refunds_wanted,
    "receipt": _receipts,
    "late_charge": _supplements,
    "bill": _supplements,
    "write_off": _bills,
    "bill_payment": _bill_payments,
    "bill_fee": _bill_payments,
    "bill_credit": _bill_credits,
}
