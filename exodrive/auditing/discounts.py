"""Promo codes are counted as often as bookings have them, and discounts take off what they may."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted
from exodrive.pricing.discounts import MOST_BP

# A booking that came to nothing before its payment has no use; every other that carries a code has one.
CARRIED = """
    SELECT b.id, b.reference, b.state, d->>'code' AS code,
           b.state = 'expired' OR (b.state = 'cancelled' AND b.authorized_at IS NULL) AS over
    FROM bookings AS b, jsonb_array_elements(b.request->'discounts') AS d
    WHERE b.request ? 'discounts' AND d->>'source' = 'promotion'
"""
UNCOUNTED = f"""
    SELECT 'booking' AS subject, c.id, c.reference, c.code
    FROM ({CARRIED}) AS c
    WHERE NOT c.over AND NOT EXISTS (
        SELECT FROM promotion_uses AS u JOIN promotions AS p ON p.id = u.promotion_id
        WHERE u.booking_id = c.id AND u.given_back_at IS NULL AND p.code = c.code
    )
"""  # noqa: S608  all of it is written here
COUNTED_FOR_NOTHING = f"""
    SELECT 'promotion_use' AS subject, u.id, p.code, u.booking_id AS booking
    FROM promotion_uses AS u JOIN promotions AS p ON p.id = u.promotion_id
    WHERE u.given_back_at IS NULL AND NOT EXISTS (
        SELECT FROM ({CARRIED}) AS c WHERE c.id = u.booking_id AND c.code = p.code AND NOT c.over
    )
"""  # noqa: S608  all of it is written here
# What a quote has promised is beyond the limit: its price stands.
OVERUSED = """
    SELECT 'promotion' AS subject, p.id, p.code, p.most_uses AS most, count(*) AS uses
    FROM promotions AS p JOIN promotion_uses AS u ON u.promotion_id = p.id AND u.given_back_at IS NULL
        JOIN bookings AS b ON b.id = u.booking_id AND b.source <> 'quote'
    GROUP BY p.id HAVING count(*) > p.most_uses
"""
LINES = """
    SELECT b.id, b.reference, l->>1 AS kind, l->>0 IN ('promotion', 'gift') AS less,
           coalesce(l->2->>'code', '') AS code, l->>0 AS source, (l->>3)::bigint AS amount
    FROM bookings AS b, jsonb_array_elements(b.price->'lines') AS l
    WHERE b.request ? 'discounts' OR b.price->'lines' @? '$[*][0] ? (@ == "promotion" || @ == "gift")'
"""
TOO_MUCH = f"""
    SELECT 'booking' AS subject, l.id, l.reference, l.kind,
           -sum(l.amount) FILTER (WHERE l.less) AS off, sum(l.amount) FILTER (WHERE NOT l.less) AS base
    FROM ({LINES}) AS l
    GROUP BY l.id, l.reference, l.kind
    HAVING -sum(l.amount) FILTER (WHERE l.less)
           > coalesce(sum(l.amount) FILTER (WHERE NOT l.less), 0) * %(most)s / 10000
        OR max(l.amount) FILTER (WHERE l.less) >= 0
"""  # noqa: S608  all of it is written here
UNASKED = f"""
    SELECT DISTINCT 'booking' AS subject, l.id, l.reference, l.source, l.code
    FROM ({LINES}) AS l JOIN bookings AS b ON b.id = l.id
    WHERE l.less AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(b.request->'discounts') AS d
        WHERE d->>'source' = l.source AND d->>'code' = l.code
    )
"""  # noqa: S608  all of it is written here

PROMISE = Promise(
    "discounts_counted",
    "Every promo code is counted as often as bookings have it, and no discount takes off more than it may",
    "uses of promo codes",
    counted("SELECT count(*) FROM promotion_uses"),
    (
        breach("use_uncounted", "has a promo code whose use is not counted", asked(UNCOUNTED)),
        breach("use_for_nothing", "counts a use of no booking that has the code", asked(COUNTED_FOR_NOTHING)),
        breach("code_overused", "is used more often than it may be", asked(OVERUSED)),
        breach("discount_too_much", "has discounts beyond nine tenths", asked(TOO_MUCH, most=MOST_BP)),
        breach("discount_unasked", "has a discount that nobody granted", asked(UNASKED)),
    ),
)
