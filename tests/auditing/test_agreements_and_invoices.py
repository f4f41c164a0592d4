"""Signatures, deposits, invoices and the files behind them."""

from __future__ import annotations

from typing import LiteralString

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

AGREEMENTS = (
    Break(
        "agreement_missing",
        """UPDATE contracts SET state = 'voided' WHERE booking_id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING booking_id""",
    ),
    Break(
        "documents_missing",
        """UPDATE contracts SET agreement_file_id = NULL WHERE id = (
               SELECT id FROM contracts WHERE state = 'signed' LIMIT 1) RETURNING id""",
    ),
    Break(
        "documents_missing",
        """UPDATE contracts SET audit_file_id = gen_random_uuid() WHERE id = (
               SELECT id FROM contracts WHERE state = 'signed' LIMIT 1) RETURNING id""",
    ),
    Break(
        "agreement_twice",
        """INSERT INTO contracts
               (id, booking_id, state, values, signer_name, signer_email, expires_at, created_at)
           SELECT gen_random_uuid(), booking_id, 'sent', values, signer_name, signer_email,
                  expires_at + interval '1 year', created_at
           FROM contracts WHERE state = 'signed' LIMIT 1 RETURNING booking_id""",
        first="DROP INDEX contracts_current_key",
        also=("guard_missing",),
    ),
    Break(
        "signed_and_waiting",
        """UPDATE contracts c SET state = 'signed', signed_at = c.created_at,
               agreement_file_id = f.id, audit_file_id = f.id
           FROM bookings b, (SELECT id FROM stored_files LIMIT 1) f
           WHERE b.id = c.booking_id AND b.id = (
               SELECT id FROM bookings WHERE state = 'awaiting_signature' LIMIT 1) RETURNING b.id""",
    ),
    Break(
        "agreement_forgotten",
        """DELETE FROM contracts WHERE booking_id = (
               SELECT id FROM bookings WHERE state = 'awaiting_signature' LIMIT 1) RETURNING booking_id""",
    ),
    Break(
        "keys_without_deposit",
        """UPDATE bookings SET deposit_waiver = NULL WHERE id = (
               SELECT id FROM bookings WHERE state = 'closed' AND deposit_waiver IS NOT NULL LIMIT 1)
           RETURNING id""",
    ),
    Break(
        "waiver_unrecorded",
        """UPDATE bookings SET deposit_waiver = 'Why not' WHERE id = (
               SELECT id FROM bookings WHERE state = 'closed' AND deposit_waiver IS NULL LIMIT 1)
           RETURNING id""",
    ),
)
# The invoice of a rental that took place, the only document of its booking.
OWN: LiteralString = """SELECT i.id FROM invoices i JOIN bookings b ON b.id = i.booking_id
    WHERE b.state = 'closed' AND i.kind = 'invoice' AND NOT EXISTS (
        SELECT FROM invoices n WHERE n.booking_id = i.booking_id AND n.id <> i.id)
    ORDER BY i.id LIMIT 1"""
INVOICES = (
    Break(
        "number_missing",
        f"""DELETE FROM invoices WHERE id = ({OWN})
           RETURNING year || '-' || lpad(sequence::text, 5, '0')""",
        also=("invoice_missing", "earned_uninvoiced"),
    ),
    Break(
        "invoice_missing",
        f"DELETE FROM invoices WHERE id = ({OWN}) RETURNING booking_id",
        also=("number_missing", "earned_uninvoiced"),
    ),
    Break(
        "number_wrong",
        f"UPDATE invoices SET sequence = 90000 WHERE id = ({OWN}) RETURNING id",
        also=("number_missing",),
    ),
    Break(
        "invoice_twice",
        """UPDATE invoices SET booking_id = (
               SELECT i.booking_id FROM invoices i JOIN bookings b ON b.id = i.booking_id
               WHERE b.state = 'closed' AND i.kind = 'invoice' ORDER BY i.id LIMIT 1)
           WHERE id = (SELECT i.id FROM invoices i JOIN bookings b ON b.id = i.booking_id
                       WHERE b.state = 'closed' AND i.kind = 'invoice' ORDER BY i.id DESC LIMIT 1)
           RETURNING booking_id""",
        first="DROP INDEX invoices_own_key",
        also=(
            "guard_missing",
            "invoice_missing",
            "invoice_lines",
            "invoice_books",
            "invoice_tax",
            "earned_uninvoiced",
        ),
    ),
    Break(
        "invoice_lines",
        f"""UPDATE invoices SET lines = lines || '[["more", {{}}, 1]]' WHERE id = (
               {OWN}) RETURNING id""",
    ),
    Break(
        "invoice_lines",
        """UPDATE booking_charges SET amount = amount + 1 WHERE id = (
               SELECT c.id FROM booking_charges c JOIN invoices i ON i.booking_id = c.booking_id
               WHERE i.kind = 'invoice' AND NOT c.late LIMIT 1)
           RETURNING (SELECT id FROM invoices i
                      WHERE i.booking_id = booking_charges.booking_id AND i.kind = 'invoice')""",
        also=("charge_uncovered",),
    ),
    Break(
        "invoice_books",
        f"UPDATE invoices SET paid = paid - 1 WHERE id = ({OWN}) RETURNING id",
    ),
    Break(
        "invoice_books",
        """DELETE FROM ledger_postings WHERE id = (
               SELECT p.id FROM ledger_postings p JOIN invoices i ON i.booking_id = p.booking_id
               WHERE p.kind = 'cancellation' LIMIT 1)
           RETURNING (SELECT id FROM invoices i WHERE i.booking_id = ledger_postings.booking_id)""",
        also=("invoice_tax", "earned_uninvoiced"),
    ),
    Break(
        "invoice_lines",
        """UPDATE invoices i SET lines = '[["rental", {}, 1]]', total = 1, paid = 1 FROM bookings b
           WHERE b.id = i.booking_id AND b.state = 'no_show' RETURNING i.id""",
        also=("invoice_books", "invoice_tax", "earned_uninvoiced"),
    ),
    Break(
        "invoice_paper",
        """UPDATE invoices SET file_id = NULL WHERE id = (
               SELECT id FROM invoices i WHERE NOT EXISTS (
                   SELECT FROM events e WHERE e.subject_id = i.booking_id) LIMIT 1) RETURNING id""",
    ),
)
CREDIT_NOTES = (
    Break(
        "credited_too_much",
        """UPDATE invoices n SET total = n.total - i.total FROM invoices i
           WHERE i.id = n.corrects_id RETURNING i.id""",
        also=("credit_note_books", "invoice_lines", "earned_uninvoiced"),
    ),
    Break(
        "credited_too_much",
        """UPDATE invoices n SET booking_id = (SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1)
           WHERE n.kind = 'credit_note' RETURNING n.corrects_id""",
        also=("invoice_paper", "invoice_tax", "earned_uninvoiced"),
    ),
    Break(
        "credit_note_books",
        """UPDATE invoices n SET total = n.total - 1 FROM invoices i
           WHERE i.id = n.corrects_id AND -n.total < i.total RETURNING n.id""",
        also=("invoice_lines", "earned_uninvoiced"),
    ),
    Break(
        "invoice_tax",
        """WITH tax AS (
               SELECT n.id, (line.place - 1)::text AS place, (line.said->>2)::int AS amount
               FROM invoices n, jsonb_array_elements(n.lines) WITH ORDINALITY AS line (said, place)
               WHERE n.kind = 'credit_note' AND line.said->>0 = 'tax' LIMIT 1)
           UPDATE invoices n SET lines = jsonb_set(n.lines, ARRAY[tax.place, '2'], to_jsonb(tax.amount - 1))
           FROM tax WHERE tax.id = n.id RETURNING n.id""",
        also=("invoice_lines",),
    ),
)
# A line more, so that the document still is the sum of its lines.
MORE = "total = total + 1, lines = lines || '[[\"more\", {}, 1]]'"
# One tax of a rental or of a fee, booked to another place; its document says where it belongs.
ANOTHER_PLACE = """UPDATE ledger_entries e SET detail = 'XX/other'
    FROM ledger_postings p JOIN invoices i ON i.booking_id = p.booking_id AND i.kind = 'invoice'
    WHERE p.id = e.posting_id AND e.id = (
        SELECT e.id FROM ledger_entries e JOIN ledger_postings p ON p.id = e.posting_id
        WHERE e.account = 'tax_payable' AND p.kind = '{kind}' ORDER BY e.id LIMIT 1) RETURNING i.id"""
CORRECTIONS = (
    Break(
        "supplement_books",
        f"UPDATE invoices SET {MORE} WHERE kind = 'supplement' RETURNING id",
        also=("earned_uninvoiced",),
    ),
    Break("invoice_tax", ANOTHER_PLACE.replace("{kind}", "settlement")),
    Break("invoice_tax", ANOTHER_PLACE.replace("{kind}", "cancellation")),
    Break(
        "invoice_paper", f"UPDATE invoices SET file_id = gen_random_uuid() WHERE id = ({OWN}) RETURNING id"
    ),
)
A_FILE = "INSERT INTO stored_files (id, key, name, media_type, size, sha256, created_at)"
FILES = (
    Break(
        "file_unhashed",
        f"""{A_FILE} SELECT gen_random_uuid(), key || '/2', name, media_type, size, 'secret', created_at
            FROM stored_files LIMIT 1 RETURNING id""",
    ),
    Break(
        "link_in_plain", "UPDATE bookings SET link_hash = id::text::bytea WHERE state = 'held' RETURNING id"
    ),
)
STORED = (
    Break("file_damaged", "UPDATE stored_files SET size = size + 1 WHERE name LIKE '%.pdf' RETURNING id"),
    Break(
        "file_damaged",
        "UPDATE stored_files SET sha256 = sha256('') WHERE name LIKE '%.pdf' RETURNING id",
    ),
    Break("file_damaged", "UPDATE stored_files SET key = 'gone/' || id WHERE name LIKE '%.pdf' RETURNING id"),
)
FOR_A_PERSON = (
    Break(
        "deposit_gone",
        """WITH gone AS (
               UPDATE payment_authorizations SET status = 'VOIDED' WHERE order_id IN (
                   SELECT o.id FROM payment_orders o JOIN payments p ON p.id = o.payment_id
                   WHERE p.purpose = 'deposit' AND p.state = 'authorized' AND p.booking_id = (
                       SELECT b.id FROM bookings b JOIN payments p ON p.booking_id = b.id
                       WHERE b.state = 'on_rent' AND p.purpose = 'deposit' AND p.state = 'authorized'
                       LIMIT 1))
               RETURNING order_id)
           UPDATE payments SET state = 'voided' WHERE id IN (
               SELECT o.payment_id FROM payment_orders o JOIN gone ON gone.order_id = o.id)
           RETURNING booking_id""",
    ),
    Break(
        "fee_uninvoiced",
        """DELETE FROM invoices WHERE id = (
               SELECT i.id FROM invoices i JOIN bookings b ON b.id = i.booking_id
               WHERE b.state = 'no_show' ORDER BY i.id LIMIT 1) RETURNING booking_id""",
    ),
    Break(
        "invoice_owed",
        f"""WITH owing AS (
                UPDATE ledger_entries e SET account = 'receivable' FROM ledger_postings p, invoices i
                WHERE p.id = e.posting_id AND p.source = 'settlement:' || i.booking_id AND i.id = ({OWN})
                  AND e.account = 'customer_prepayments')
            UPDATE invoices SET paid = 0 WHERE id = ({OWN}) RETURNING id""",
        also=("receivable_unbilled", "prepayment_left"),
    ),
)


@pytest.mark.parametrize("broken", [*AGREEMENTS, *INVOICES, *CREDIT_NOTES, *CORRECTIONS, *FILES], ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("broken", STORED, ids=["longer", "other bytes", "missing"])
def test_the_bytes_are_compared(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken, with_files=True)


@pytest.mark.parametrize("waiting", FOR_A_PERSON, ids=str)
def test_it_waits_for_a_person(waiting: Break, tampered: Database) -> None:
    assert_found(tampered, waiting, Severity.ATTENTION)
