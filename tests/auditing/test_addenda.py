"""Changes that were to be signed before the keys: the promise, broken on purpose."""

from __future__ import annotations

import pytest

from tests.auditing.breaking import Break, Database, assert_found

BROKEN = (
    Break(
        "keys_before_addendum",
        """WITH told AS (
               INSERT INTO booking_changes (id, booking_id, number, state, fault, by, wanted, impact,
                                            created_at, settled_at)
               SELECT gen_random_uuid(), b.id, 9, 'applied', 'customer', 'Ada', '{}',
                      '{"paper": "addendum"}', b.handed_over_at, b.handed_over_at
               FROM bookings AS b WHERE b.state = 'closed' LIMIT 1 RETURNING booking_id)
           SELECT booking_id FROM told""",
        also=("change_untold",),
    ),
    Break(
        "addendum_waiver_unrecorded",
        """UPDATE bookings SET addendum_waiver = 'Why not' WHERE id = (
               SELECT id FROM bookings WHERE state = 'closed' LIMIT 1) RETURNING id""",
    ),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_promise_is_found(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken)
