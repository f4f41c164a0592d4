"""Promo codes and discounts that were tampered with are found."""

from __future__ import annotations

import pytest

from tests.auditing.breaking import Break, Database, assert_found

DISCOUNTS = (
    Break(
        "use_uncounted",
        "DELETE FROM promotion_uses WHERE given_back_at IS NULL RETURNING booking_id",
    ),
    Break(
        "use_for_nothing",
        """UPDATE promotion_uses SET given_back_at = NULL WHERE id = (
               SELECT id FROM promotion_uses WHERE given_back_at IS NOT NULL LIMIT 1) RETURNING id""",
        also=("code_overused",),
    ),
    Break(
        "code_overused",
        "UPDATE promotions SET most_uses = 0 WHERE code = 'AUDITED' RETURNING id",
        first="ALTER TABLE promotions DROP CONSTRAINT promotions_most_check",
        also=("guard_missing",),
    ),
    Break(
        "discount_too_much",
        """UPDATE bookings SET price = jsonb_set(jsonb_set(price, '{lines,0,3}', '100'), '{total}', to_jsonb(
               (price->>'total')::bigint - (price->'lines'->0->>3)::bigint + 100))
           WHERE id = (SELECT booking_id FROM promotion_uses WHERE given_back_at IS NULL) RETURNING id""",
        also=("price_changed",),
    ),
    Break(
        "discount_unasked",
        """UPDATE bookings SET request = request - 'discounts'
           WHERE id = (SELECT booking_id FROM promotion_uses WHERE given_back_at IS NULL) RETURNING id""",
        also=("use_for_nothing",),
    ),
)


@pytest.mark.parametrize("broken", DISCOUNTS, ids=str)
def test_what_was_tampered_with_is_found(tampered: Database, broken: Break) -> None:
    assert_found(tampered, broken)
