"""Receipts of the desk beside the books, and deposits that a claim keeps."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

COUNTER = (
    Break(
        "cash_differs",
        """INSERT INTO desk_receipts
               (id, booking_id, number, kind, purpose, method, amount, currency, reference, by, at)
           SELECT gen_random_uuid(), id, 90, 'taken', 'rental', 'cash', 100, currency, 'x', 'Ada', held_at
           FROM bookings WHERE state = 'confirmed' LIMIT 1 RETURNING booking_id""",
    ),
    Break(
        "receipt_overdrawn",
        """WITH taken AS (
               INSERT INTO desk_receipts
                   (id, booking_id, number, kind, purpose, method, amount, currency, reference, by, at)
               SELECT gen_random_uuid(), id, 90, 'taken', 'rental', 'cash', 100, currency, 'x', 'Ada', held_at
               FROM bookings WHERE state = 'confirmed' LIMIT 1 RETURNING *)
           INSERT INTO desk_receipts
               (id, booking_id, number, kind, of_id, purpose, method, amount, currency, reference, by, at)
           SELECT gen_random_uuid(), booking_id, 91, 'given_back', id, purpose, method, 101, currency, 'y',
                  by, at
           FROM taken RETURNING of_id""",
        also=("cash_differs",),
    ),
    Break(
        "hand_back_unfounded",
        """UPDATE bookings SET hand_back = 5 WHERE id = (
               SELECT id FROM bookings WHERE state = 'confirmed'
                   AND id NOT IN (SELECT booking_id FROM desk_receipts) LIMIT 1) RETURNING id""",
    ),
)
FOR_A_PERSON = (
    Break(
        "deposit_kept_known",
        """UPDATE bookings SET taken_back_at = taken_back_at - interval '60 days', deposit_warned_at = held_at
           WHERE id = (
               SELECT b.id FROM bookings b JOIN payments p ON p.booking_id = b.id
               WHERE b.state = 'returned' AND p.purpose = 'deposit' AND p.state = 'authorized' LIMIT 1)
           RETURNING id""",
    ),
    Break(
        "to_hand_back",
        """UPDATE bookings SET hand_back = 5 WHERE id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING id""",
    ),
)


@pytest.mark.parametrize("broken", COUNTER, ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("waiting", FOR_A_PERSON, ids=str)
def test_it_waits_for_a_person(waiting: Break, tampered: Database) -> None:
    assert_found(tampered, waiting, Severity.ATTENTION)
