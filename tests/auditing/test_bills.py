"""Bills: their lines, what was paid, what the books say, and what is owed and not asked for."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

BREACHES = (
    Break(
        "bill_lines_differ",
        """UPDATE bills SET lines = jsonb_set(lines, '{0,2}', '39999') WHERE id = (
               SELECT id FROM bills WHERE state = 'sent') RETURNING id""",
    ),
    Break(
        "bill_paid_differs",
        """UPDATE bills SET paid = paid + 1 WHERE state = 'partly_paid' RETURNING id""",
    ),
    Break(
        "bill_credited_differs",
        """UPDATE bills SET credited = credited + 1 WHERE state = 'partly_paid' RETURNING id""",
    ),
    Break(
        "bill_posted_differs",
        """UPDATE bill_payments SET fee = 601 WHERE fee = 600 RETURNING bill_id""",
    ),
    Break(
        "bill_state_differs",
        """UPDATE bills SET state = 'paid' WHERE state = 'partly_paid' RETURNING id""",
    ),
    Break(
        "bill_outcome_contradictory",
        """UPDATE bill_operations SET settled_at = NULL WHERE id = (
               SELECT id FROM bill_operations WHERE state = 'done' LIMIT 1) RETURNING id""",
    ),
    Break(
        "bill_operation_forgotten",
        """WITH gone AS (DELETE FROM deliveries WHERE actor = 'bills.perform' RETURNING id)
           SELECT min(o.id::text) FROM bill_operations AS o WHERE o.state = 'wanted'""",
        also=("event_undelivered",),
    ),
)
FOR_A_PERSON = (
    Break(
        "receivable_unbilled",
        """UPDATE bills SET state = 'cancelled', remind_at = NULL
           WHERE state = 'sent' RETURNING booking_id""",
        also=("invoice_owed",),
    ),
    Break("bill_troubled", "UPDATE bills SET trouble = 'USER_NOT_FOUND' WHERE state = 'sent' RETURNING id"),
)


@pytest.mark.parametrize("broken", BREACHES, ids=str)
def test_breach(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("broken", FOR_A_PERSON, ids=str)
def test_for_a_person(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken, Severity.ATTENTION)
