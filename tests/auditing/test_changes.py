"""Changes that were applied by halves, or let go and not cleared away, are found."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

LET_GO = "UPDATE booking_changes SET state = 'withdrawn', settled_at = created_at, expires_at = NULL"
BREACHES = (
    Break("change_place_left", f"{LET_GO} WHERE state = 'awaiting_payment' RETURNING id"),
    Break(
        "change_overdue",
        """UPDATE booking_changes SET expires_at = created_at - interval '30 days'
           WHERE state = 'awaiting_payment' RETURNING id""",
    ),
    Break(
        "change_unpaid",
        """UPDATE booking_changes SET payment_id = (
               SELECT payment_id FROM booking_changes WHERE state = 'awaiting_payment')
           WHERE state = 'applied' RETURNING id""",
        first="ALTER TABLE booking_changes DROP CONSTRAINT booking_changes_payment_id_key",
        also=("guard_missing", "payment_amount"),
    ),
    Break(
        "change_untold",
        """WITH gone AS (DELETE FROM audit_entries WHERE action = 'booking.changed' RETURNING subject_id)
           SELECT c.id FROM booking_changes c JOIN gone ON gone.subject_id = c.booking_id
           WHERE c.state = 'applied'""",
        also=("chain_broken",),
    ),
    Break(
        "change_money_held",
        f"{LET_GO} WHERE state = 'applied' RETURNING id",
        also=("payment_amount",),
    ),
)
FOR_A_PERSON = (
    Break(
        "conflict_open",
        """INSERT INTO booking_conflicts (id, booking_id, late_id, found_at)
           SELECT gen_random_uuid(), (SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1), id, held_at
           FROM bookings WHERE state = 'on_rent' LIMIT 1 RETURNING booking_id""",
    ),
)


@pytest.mark.parametrize("broken", BREACHES, ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("waiting", FOR_A_PERSON, ids=str)
def test_it_waits_for_a_person(waiting: Break, tampered: Database) -> None:
    assert_found(tampered, waiting, Severity.ATTENTION)
