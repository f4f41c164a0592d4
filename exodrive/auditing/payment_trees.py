"""A payment's state is what its tree says, and a tree never gives more than it has."""

from __future__ import annotations

from typing import Any

from exodrive.auditing.promises import Found, Look, Promise, asked, breach, counted, words
from exodrive.payments import opening, states
from exodrive.payments.operations import OPEN
from exodrive.payments.states import Tree

# What the state of a payment is derived from. Amounts are told by how they compare: nothing, a part, or all.
SHAPES = """
    WITH standing AS (
        SELECT o.payment_id, a.id, a.order_id, a.status
        FROM payment_authorizations AS a JOIN payment_orders AS o ON o.id = a.order_id
        WHERE NOT EXISTS (SELECT FROM payment_authorizations AS renewed WHERE renewed.parent_id = a.id)
    ), last_orders AS (
        SELECT DISTINCT ON (payment_id) payment_id, id, status
        FROM payment_orders ORDER BY payment_id, id DESC
    ), held AS (
        SELECT s.payment_id, bool_or(s.status = ANY(%(live)s)) AS live,
               bool_or(s.status = 'PENDING') AS in_review,
               (array_agg(s.status ORDER BY s.id DESC) FILTER (WHERE s.order_id = l.id))[1] AS last
        FROM standing AS s JOIN last_orders AS l ON l.payment_id = s.payment_id
        GROUP BY s.payment_id
    ), given_back AS (
        SELECT capture_id, sum(amount) AS amount
        FROM payment_refunds WHERE status = 'COMPLETED' GROUP BY capture_id
    ), taken AS (
        SELECT o.payment_id, sum(c.amount) FILTER (WHERE c.status = ANY(%(settled)s)) AS captured,
               sum(g.amount) AS refunded, bool_or(c.final) AS final, bool_or(c.status = 'PENDING') AS pending
        FROM payment_captures AS c
        JOIN payment_authorizations AS a ON a.id = c.authorization_id
        JOIN payment_orders AS o ON o.id = a.order_id
        LEFT JOIN given_back AS g ON g.capture_id = c.id
        GROUP BY o.payment_id
    ), shapes AS (
        SELECT p.id, p.booking_id, p.state, l.status AS last_order, h.last AS last_held,
               coalesce(h.live, false) AS live, coalesce(h.in_review, false) AS in_review,
               coalesce(t.final, false) AS final, coalesce(t.pending, false) AS pending,
               sign(coalesce(t.captured, 0))
               + coalesce(t.captured > 0 AND t.captured >= p.amount, false)::int AS captured,
               sign(coalesce(t.refunded, 0)) + (t.captured > 0 AND t.refunded >= t.captured)::int AS refunded
        FROM payments AS p
        LEFT JOIN last_orders AS l ON l.payment_id = p.id
        LEFT JOIN held AS h ON h.payment_id = p.id
        LEFT JOIN taken AS t ON t.payment_id = p.id
    )
"""
DIFFERENT = """
    SELECT DISTINCT state, last_order, last_held, live, in_review, final, pending,
           captured::int AS captured, coalesce(refunded, 0)::int AS refunded,
           (state, last_order, last_held, live, in_review, final, pending, captured, refunded)::text AS shape
    FROM shapes
"""
OF_SHAPES = """
    SELECT 'payment' AS subject, s.id, b.reference, s.state, wrong.should_be
    FROM shapes AS s
    JOIN unnest(%(wrong)s::text[], %(should_be)s::text[]) AS wrong (shape, should_be) ON wrong.shape = (
        state, last_order, last_held, live, in_review, final, pending, captured, refunded)::text
    LEFT JOIN bookings AS b ON b.id = s.booking_id
"""
# A reauthorization takes the place of its original: together they give what the original held.
OVERDRAWN = """
    SELECT 'authorization' AS subject, first.id, first.amount, sum(c.amount) AS captured
    FROM payment_captures AS c
    JOIN payment_authorizations AS a ON a.id = c.authorization_id
    JOIN payment_authorizations AS first ON first.id = coalesce(a.parent_id, a.id)
    WHERE c.status <> ALL(%(failed)s)
    GROUP BY first.id, first.amount
    HAVING sum(c.amount) > first.amount
"""
OVER_REFUNDED = """
    SELECT 'capture' AS subject, c.id, c.amount, sum(r.amount) AS refunded
    FROM payment_refunds AS r JOIN payment_captures AS c ON c.id = r.capture_id
    WHERE r.status IN ('COMPLETED', 'PENDING')
    GROUP BY c.id, c.amount
    HAVING sum(r.amount) > c.amount
"""
RECORDED_TWICE = """
    SELECT kind AS subject, min(id::text) AS id, paypal_id, count(*) AS times
    FROM (
        SELECT 'order' AS kind, id, paypal_id FROM payment_orders
        UNION ALL SELECT 'authorization', id, paypal_id FROM payment_authorizations
        UNION ALL SELECT 'capture', id, paypal_id FROM payment_captures
        UNION ALL SELECT 'refund', id, paypal_id FROM payment_refunds
    ) AS recorded
    GROUP BY kind, paypal_id
    HAVING count(*) > 1
"""
# One that came without a place, or beside another, is on its way back: then a void is wanted.
HELD_TWICE = """
    SELECT 'payment' AS subject, p.id, b.reference, count(*) AS live
    FROM payment_authorizations AS a
    JOIN payment_orders AS o ON o.id = a.order_id
    JOIN payments AS p ON p.id = o.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE a.status = ANY(%(live)s)
      AND NOT EXISTS (SELECT FROM payment_authorizations AS renewed WHERE renewed.parent_id = a.id)
      AND NOT EXISTS (SELECT FROM payment_operations AS op
                      WHERE op.payment_id = p.id AND op.kind = 'void' AND op.state = ANY(%(open)s))
    GROUP BY p.id, b.reference
    HAVING count(*) > 1
"""
# A payer's link is used until it grows old; only then another order is made.
ORDERED_TWICE = """
    SELECT 'payment' AS subject, o.payment_id AS id, b.reference,
           o.paypal_id AS order, later.paypal_id AS beside
    FROM payment_orders AS o
    JOIN payment_orders AS later ON later.payment_id = o.payment_id AND later.id > o.id
        AND later.created_at < o.created_at + %(life)s
    JOIN payments AS p ON p.id = o.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE o.status = ANY(%(waiting)s) AND later.status = ANY(%(waiting)s)
      AND o.approve_url IS NOT NULL AND later.approve_url IS NOT NULL
"""
# What the payer approved is not what was wanted by then: it is let lie.
OUTDATED_HELD = """
    SELECT 'payment' AS subject, o.payment_id AS id, b.reference,
           o.paypal_id AS order, a.paypal_id AS authorization
    FROM payment_orders AS o
    JOIN payment_authorizations AS a ON a.order_id = o.id
    JOIN payments AS p ON p.id = o.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE o.status = %(outdated)s
"""


def _derived_otherwise(look: Look) -> Found:
    values = {"live": words(states.LIVE), "settled": words(states.SETTLED_CAPTURES)}
    wrong = {
        row["shape"]: should_be
        for row in look.rows(SHAPES + DIFFERENT, **values)
        if (should_be := derived(row)) != row["state"]
    }
    if not wrong:
        return Found()
    return look.found(SHAPES + OF_SHAPES, **values, wrong=list(wrong), should_be=list(wrong.values()))


def derived(shape: dict[str, Any]) -> str:
    """The state that `payments.states` derives from a payment of 100 minor units of this shape."""
    held = ["CREATED"] * shape["live"] + ["PENDING"] * shape["in_review"]
    last = [shape["last_held"]] if shape["last_held"] else []
    captured = (0, 50, 100)[shape["captured"]]
    tree = Tree(
        orders=tuple([shape["last_order"]] if shape["last_order"] else []),
        authorizations=(*held, *last),
        last=tuple(last),
        captured=captured,
        refunded=(0, 1, captured)[shape["refunded"]],
        capture_final=shape["final"],
        capture_pending=shape["pending"],
    )
    try:
        return str(states.derive(100, tree))
    except KeyError as unknown:
        return f"of a word that has no meaning: {unknown}"


PROMISE = Promise(
    "payments_are_what_their_trees_say",
    "A payment is in the state that its tree says, holds money once, and gives no more than it has",
    "payments",
    counted("SELECT count(*) FROM payments"),
    (
        breach("payment_state_differs", "is not in the state that its tree says", _derived_otherwise),
        breach(
            "authorization_overdrawn",
            "was captured beyond its amount",
            asked(OVERDRAWN, failed=words(states.FAILED_CAPTURES)),
        ),
        breach("capture_over_refunded", "was refunded beyond its amount", asked(OVER_REFUNDED)),
        breach("recorded_twice", "is recorded more than once", asked(RECORDED_TWICE)),
        breach(
            "held_twice",
            "holds the customer's money more than once",
            asked(HELD_TWICE, live=words(states.LIVE), open=words(OPEN)),
        ),
        breach(
            "ordered_twice",
            "waits for its payer with two orders at once",
            asked(ORDERED_TWICE, waiting=words(opening.WAITS_FOR_PAYER), life=opening.LINK_LIFE / 2),
        ),
        breach(
            "outdated_authorized",
            "holds what the payer approved before the amount changed",
            asked(OUTDATED_HELD, outdated=states.OUTDATED_ORDER),
        ),
    ),
)
