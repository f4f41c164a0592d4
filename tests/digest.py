"""The state of a house as one text: all tables that are truth, without what differs between two equal houses.

Two houses that took the same bookings by another course of events (repeated, in another order, after a
restart) have the same digest. What is left out, and why, stands in the tables below; everything else counts,
so that a new table or column is compared from its first day on.

    before = digest.taken()
    ...
    assert digest.taken() == before     # pytest shows the lines that differ
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Table, select
from sqlalchemy.dialects.postgresql import Range

from exodrive.kernel.db import db, session, transaction

# Tables that say how the work was done, and not what is true now.
WORKINGS = frozenset(
    {
        *("events", "deliveries"),  # the outbox: how often something was tried
        "inbox_messages",  # what was heard; what came of it stands in the other tables
        "audit_entries",  # when, and in which order
        *("provider_certificates", "sandbox_clock", "kept_answers"),
        "invoice_counters",  # a number that is given goes to whoever asks first: see NUMBERED
    }
)
# What the house itself asked of PayPal. Another course of events may find that PayPal has done it already.
CALLS = frozenset({"payment_operations"})
# Columns that are the doer's, not the fact's.
LEFT_OUT: dict[str, frozenset[str]] = {
    "bookings": frozenset({"version", "link_hash"}),
    "contracts": frozenset({"submission_id", "submitter_id", "sign_url"}),  # DocuSeal's numbers
    "messages": frozenset({"html", "text", "provider_id"}),  # their links carry such numbers
    "payment_captures": frozenset({"invoice_id"}),  # made of the id of our call
    "payment_refunds": frozenset({"invoice_id"}),
    "payment_operations": frozenset({"debug_id"}),
    "stored_files": frozenset({"key", "sha256", "size"}),  # an invoice's PDF says when it was made
    "invoices": frozenset({"year", "sequence"}),
}
# Times that are part of the fact: they were agreed, or told by a provider. Of all others it counts only
# whether they are there, since they say when the house got around to it.
FACTS: dict[str, frozenset[str]] = {
    "bookings": frozenset({"pickup_at", "return_at"}),
    "contracts": frozenset({"signed_at"}),
    "payment_authorizations": frozenset({"created_at", "expires_at"}),
    "payment_captures": frozenset({"created_at"}),
    "payment_refunds": frozenset({"created_at"}),
}
# A row's name in the digest: columns that make it what it is. Ids are drawn anew in each house.
NAMES: dict[str, tuple[str, ...]] = {
    "cars": ("slug",),
    "places": ("slug",),
    "customers": ("email",),
    "bookings": ("reference",),
    "booking_drivers": ("booking_id", "position"),
    "booking_charges": ("booking_id", "kind", "amount"),
    "condition_reports": ("booking_id", "kind"),
    "payments": ("booking_id", "purpose", "number"),
    "payment_steps": ("payment_id", "kind", "cause"),
    "payment_orders": ("paypal_id",),
    "payment_authorizations": ("paypal_id",),
    "payment_captures": ("paypal_id",),
    "payment_refunds": ("paypal_id",),
    "payment_operations": ("payment_id",),
    "contracts": ("booking_id", "kind"),
    "booking_changes": ("booking_id", "number"),
    "invoices": ("booking_id",),
    "bills": ("number",),
    "bill_payments": ("paypal_id",),
    "bill_operations": ("bill_id", "kind"),
    "stored_files": ("name",),
    "messages": ("key",),
    "ledger_postings": ("source",),
    "ledger_entries": ("posting_id", "account"),
    "occupancies": ("car_id", "period"),
    "condition_photos": ("report_id", "position"),
}
AN_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
# A moment of this house's own clock inside of a key, told by its microseconds.
A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.]\d{6}[+]00:00")


def taken(*, leaving_out: Collection[str] = ()) -> list[str]:
    """The lines of the digest, sorted: a table and one of its rows each. `leaving_out` names more tables."""
    with transaction():
        tables = [each for each in db.metadata.sorted_tables if each.name not in {*WORKINGS, *leaving_out}]
        rows = {table: [dict(row) for row in session().execute(select(table)).mappings()] for table in tables}
        if "payment_operations" in leaving_out:
            calls = db.metadata.tables["payment_operations"]
            unseen = {calls: [dict(row) for row in session().execute(select(calls)).mappings()]}
        else:
            unseen = {}
    names = _names({**rows, **unseen})
    lines = [
        f"{table.name} {json.dumps(_told(table, row, names), sort_keys=True)}"
        for table, found in rows.items()
        for row in found
    ]
    return sorted([*lines, *_numbered(rows)])


def difference(found: list[str], wanted: list[str], *, leaving_out: Collection[str] = ()) -> list[str]:
    """What one digest has and the other has not, for a readable assertion: `+` has it, `-` lacks it."""
    surplus, lacking = Counter(found), Counter(wanted)
    lines = [
        *(f"+ {line}" for line in (surplus - lacking).elements()),
        *(f"- {line}" for line in (lacking - surplus).elements()),
    ]
    return [line for line in lines if line.split()[1] not in leaving_out]


def _names(rows: dict[Table, list[dict[str, Any]]]) -> dict[str, str]:
    """Each row's id and the name that stands for it; tables from the ground up, as names may hold names."""
    names: dict[str, str] = {}
    # The books come last: what a posting is about, it names without a foreign key.
    for table, found in sorted(rows.items(), key=lambda each: each[0].name.startswith("ledger_")):
        for row in found:
            if table.name in NAMES and isinstance(row.get("id"), UUID):
                parts = (str(_plain(row[column], names)) for column in NAMES[table.name])
                name = f"<{table.name}: {', '.join(parts)}>"
                names[str(row["id"])] = names[row["id"].hex] = name
    return names


def _told(table: Table, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    told = {}
    for column in table.columns:
        value = row[column.name]
        if column.name in LEFT_OUT.get(table.name, ()) or (column.name == "id" and table.name in NAMES):
            continue
        if isinstance(column.type, DateTime) and column.name not in FACTS.get(table.name, ()):
            value = value is not None
        told[column.name] = _plain(value, names)
    return told


def _plain(value: Any, names: dict[str, str]) -> Any:
    """A value as JSON, with the names of rows for their ids."""
    match value:
        case dict():
            return {key: _plain(each, names) for key, each in value.items()}
        case list():
            return [_plain(each, names) for each in value]
        case bytes() | memoryview():
            return bytes(value).hex()
        case UUID():
            return names.get(str(value), str(value))
        case str():
            named = AN_ID.sub(lambda found: names.get(found[0], found[0]), value)
            return A_MOMENT.sub("<moment>", named)
        case datetime() | date() | Decimal() | Range():
            return str(value)
    return value


def _numbered(rows: dict[Table, list[dict[str, Any]]]) -> list[str]:
    """The numbers of all invoices by themselves: which booking got which is a matter of who came first."""
    found = [row for table, each in rows.items() if table.name == "invoices" for row in each]
    return [f"invoice number {row['year']}-{row['sequence']}" for row in found]
