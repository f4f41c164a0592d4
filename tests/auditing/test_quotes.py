"""Quotes and rentals without pre-payment: what was promised, and what a manager decided."""

from __future__ import annotations

import pytest

from tests.auditing.breaking import Break, Database, assert_found

QUOTES = (
    Break(
        "quote_price_differs",
        "UPDATE quotes SET total = total + 1 WHERE state = 'open' RETURNING id",
    ),
    Break(
        "quote_not_kept",
        """UPDATE quotes SET total = total + 1, price = jsonb_set(price, '{total}', to_jsonb(total + 1))
           WHERE state = 'accepted' RETURNING id""",
    ),
    Break(
        "quote_overdue",
        """UPDATE quotes SET valid_until = valid_until - interval '1 year' WHERE state = 'open'
           RETURNING id""",
    ),
    Break(
        "quote_keeps_car",
        """UPDATE quotes SET state = 'withdrawn', settled_at = sent_at WHERE state = 'open'
           RETURNING id""",
        also=("quote_trail_contradicts",),
    ),
    Break(
        "quote_trail_contradicts",
        """UPDATE quotes SET state = 'declined', settled_at = sent_at WHERE state = 'accepted'
           RETURNING id""",
    ),
)
PREPAYMENT = (
    Break(
        "prepayment_waived_silently",
        """UPDATE bookings SET prepayment_waiver = 'Why not' WHERE id = (
               SELECT id FROM bookings WHERE state = 'closed' LIMIT 1) RETURNING id""",
    ),
    Break(
        "keys_unpaid",
        """WITH waived AS (
               UPDATE bookings SET prepayment_waiver = 'Why not' WHERE id = (
                   SELECT id FROM bookings WHERE state = 'on_rent' LIMIT 1) RETURNING id)
           UPDATE payments SET amount = amount + 1
           WHERE purpose = 'rental' AND booking_id = (SELECT id FROM waived) RETURNING booking_id""",
        also=("prepayment_waived_silently", "payment_amount"),
    ),
)


@pytest.mark.parametrize("broken", QUOTES, ids=str)
def test_quotes(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("broken", PREPAYMENT, ids=str)
def test_prepayment(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken)
