"""What was earned stands on documents: bills by hand, fees that were billed, and money that went back."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

BREACHES = (
    Break(
        "earned_uninvoiced",
        """UPDATE ledger_entries AS e SET account = 'write_offs' FROM ledger_postings AS p
           WHERE p.id = e.posting_id AND p.kind = 'late_charge' AND e.account = 'charge_revenue'
           RETURNING p.booking_id""",
    ),
    Break(
        "fee_billed_differs",
        """UPDATE bookings SET fee_billed = 1 WHERE id = (
               SELECT id FROM bookings WHERE state = 'closed' LIMIT 1) RETURNING id""",
    ),
)
FOR_A_PERSON = (
    Break(
        "bill_uninvoiced",
        """UPDATE bills SET invoice_id = NULL WHERE id = (
               SELECT id FROM bills WHERE cause = 'bill:' || id AND state = 'sent') RETURNING id""",
        also=("invoice_owed",),
    ),
    Break(
        "bill_refund_uncredited",
        """UPDATE ledger_postings SET source = 'bill_refund:1' WHERE id = (
               SELECT id FROM ledger_postings WHERE kind = 'credit_note' ORDER BY id LIMIT 1)
           RETURNING booking_id""",
    ),
)


@pytest.mark.parametrize("broken", BREACHES, ids=str)
def test_breach(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("broken", FOR_A_PERSON, ids=str)
def test_for_a_person(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken, Severity.ATTENTION)
