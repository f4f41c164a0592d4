"""What differs from PayPal is told once it has been open for long, and contradicts itself in nothing."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

FOUND = """INSERT INTO reconciliation_differences
               (id, payment_id, booking_id, cause, subject, currency, ours, theirs, state, found_at)
           SELECT gen_random_uuid(), id, booking_id, 'amount_differs', 'X', currency, 100, 200, 'open', """
BROKEN = (
    Break(
        "difference_contradictory",
        """INSERT INTO reconciliation_differences
               (id, payment_id, booking_id, cause, subject, currency, ours, state, found_at)
           SELECT gen_random_uuid(), p.id, b.id, 'amount_differs', 'X', p.currency, 100, 'open', p.created_at
           FROM payments AS p JOIN bookings AS b ON b.id <> p.booking_id
           WHERE p.state = 'captured' LIMIT 1 RETURNING id""",
    ),
)
FOR_A_PERSON = (
    Break(
        "difference_open",
        f"""{FOUND} created_at - interval '5 days' FROM payments WHERE state = 'captured' LIMIT 1
            RETURNING id""",
    ),
    Break(
        "reconciliation_left",
        """INSERT INTO reconciliation_runs (id, booking_id, asked_by, total, done, started_at)
           SELECT gen_random_uuid(), id, 'Ada', 3, 1, held_at - interval '9 days' FROM bookings LIMIT 1
           RETURNING id""",
    ),
    Break(
        "not_reconciled",
        """INSERT INTO reconciliation_runs (id, asked_by, total, done, started_at, finished_at)
           SELECT gen_random_uuid(), 'ExoDrive', 0, 0, held_at - interval '9 days', held_at
           FROM bookings LIMIT 1 RETURNING 'reconciliation'""",
    ),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("waiting", FOR_A_PERSON, ids=str)
def test_it_waits_for_a_person(waiting: Break, tampered: Database) -> None:
    assert_found(tampered, waiting, Severity.ATTENTION)
