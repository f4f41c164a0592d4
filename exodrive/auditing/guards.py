"""The database itself still refuses what must never be: constraints, unique keys and triggers stand.

What they guard is looked at for itself by the other promises; here it is whether they are still there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from exodrive.auditing.promises import Finding, Found, Look, Promise, breach
from exodrive.availability.models import Occupancy
from exodrive.billing.models import Bill, BillOperation, BillPayment
from exodrive.bookings.change_models import Change, Conflict
from exodrive.bookings.charge.charge_models import ChargeEvidence, ChargeObjection, TollFile
from exodrive.bookings.condition_models import ConditionPhoto, ConditionReport
from exodrive.bookings.models import Booking, Charge, Driver
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.reservation.reservation_models import DriverPaper
from exodrive.contracts.models import Contract
from exodrive.enquiries.models import Enquiry
from exodrive.fleet.photo_models import CarPhoto
from exodrive.house.models import Policy
from exodrive.invoicing.models import Invoice, InvoiceCounter
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.outbox import Delivery, Event
from exodrive.ledger.models import BroughtForward, Entry, Posting
from exodrive.notifications.models import Message
from exodrive.payments.models import Authorization, Capture, Operation, Order, Payment, Refund, Step
from exodrive.payments.receipt_models import Receipt
from exodrive.pricing.promotion_models import Promotion, PromotionUse
from exodrive.reconciliation.models import Difference, Run
from exodrive.reviews.models import Review
from exodrive.storage.models import StoredFile

GUARDED = (
    Occupancy, Booking, Driver, DriverPaper, ConditionReport, ConditionPhoto, Change, Conflict, Charge,
    ChargeEvidence, ChargeObjection, TollFile, Payment, Order, Authorization, Capture, Refund, Operation,
    Step, Bill, BillPayment, BillOperation, Receipt, Contract, StoredFile, Posting, Entry, BroughtForward,
    Invoice, InvoiceCounter, Event, Delivery, Message, InboxMessage, AuditEntry, Policy, Review, Enquiry,
    CarPhoto, Run, Difference, Quote, Promotion, PromotionUse,
)  # fmt: skip
# Written by the migrations, since models know no triggers.
TRIGGERS = (
    "ledger_postings_append_only",
    "ledger_entries_append_only",
    "ledger_entries_balance",
    "ledger_postings_forget",
    "policies_append_only",
    "audit_entries_append_only",
    "desk_receipts_append_only",
    "invoices_append_only",
)
# Of the promise that matters most, the words too: a constraint of this name that says less would be no guard.
NO_OVERLAP = ("occupancies_no_overlap", "EXCLUDE USING gist (car_id WITH =, period WITH &&)")

STANDING = """
    SELECT conname AS name
    FROM pg_constraint
    WHERE conrelid = ANY(%(tables)s::regclass[]) AND convalidated
      AND (conname <> %(no_overlap)s OR pg_get_constraintdef(oid) = %(says)s)
    UNION
    SELECT indexrelid::regclass::text
    FROM pg_index
    WHERE indrelid = ANY(%(tables)s::regclass[]) AND indisunique AND indisvalid
    UNION
    SELECT tgname FROM pg_trigger
    WHERE tgrelid = ANY(%(tables)s::regclass[]) AND tgenabled IN ('O', 'A')
"""
SWITCHED_OFF = """
    SELECT tgname AS name, tgrelid::regclass::text AS of FROM pg_trigger
    WHERE tgrelid = ANY(%(tables)s::regclass[]) AND tgenabled NOT IN ('O', 'A')
"""


def expected() -> Iterator[tuple[str, str]]:
    """(name, table) of every guard that the models and the migrations name."""
    preparer = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]
    for table in _tables():
        for constraint in table.constraints:
            if isinstance(
                constraint, CheckConstraint | UniqueConstraint | ForeignKeyConstraint | ExcludeConstraint
            ):
                yield str(preparer.format_constraint(constraint)), table.name
        yield from ((str(index.name), table.name) for index in table.indexes if index.unique)
    for trigger in TRIGGERS:
        yield trigger, trigger.removesuffix("_append_only").removesuffix("_balance")


def _tables() -> list[Table]:
    return [table for model in GUARDED if isinstance(table := model.__table__, Table)]


def _missing(look: Look) -> Found:
    names = [table.name for table in _tables()]
    name, says = NO_OVERLAP
    standing = {row["name"] for row in look.rows(STANDING, tables=names, no_overlap=name, says=says)}
    return look.listed(
        Finding("guard", guard, facts={"table": table})
        for guard, table in sorted(expected())
        if guard not in standing
    )


def _switched_off(look: Look) -> Found:
    rows = look.rows(SWITCHED_OFF, tables=[table.name for table in _tables()])
    return look.listed(
        Finding("trigger", row["name"], facts={"table": row["of"]})
        for row in rows
        if row["name"] not in TRIGGERS
    )


PROMISE = Promise(
    "guards_stand",
    "The database itself refuses what must never be",
    "guards",
    lambda _: len(list(expected())),
    (
        breach("guard_missing", "is gone, switched off, not valid, or no longer says what it must", _missing),
        breach("trigger_off", "is switched off", _switched_off),
    ),
)
