"""Every call to PayPal is made under one key, has one outcome, and is never forgotten."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.kernel.outbox import OPEN as OPEN_DELIVERY
from exodrive.kernel.outbox import DeliveryState
from exodrive.payments import states
from exodrive.payments.operations import OPEN, WANTED

CONTRADICTORY = """
    SELECT 'operation' AS subject, id, kind, state, code
    FROM payment_operations
    WHERE CASE state
        WHEN 'wanted' THEN called_at IS NOT NULL OR settled_at IS NOT NULL OR code IS NOT NULL
        WHEN 'called' THEN called_at IS NULL OR settled_at IS NOT NULL OR code IS NOT NULL
        WHEN 'done' THEN settled_at IS NULL OR code IS NOT NULL
        WHEN 'rejected' THEN settled_at IS NULL OR code IS NULL
        ELSE false
    END
"""
# PayPal repeats our own mark, so that what an operation has brought about can be told from all others. A
# capture or refund that was done by somebody else has another mark; then what it was done to says so.
UNRECORDED = """
    SELECT 'operation' AS subject, op.id, b.reference, op.kind,
           CASE WHEN op.kind = 'capture' THEN a.status ELSE c.status END AS target_is
    FROM payment_operations AS op
    JOIN payments AS p ON p.id = op.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    LEFT JOIN payment_authorizations AS a ON a.id = op.target_id
    LEFT JOIN payment_captures AS c ON c.id = op.target_id
    WHERE op.state = 'done' AND (
        op.kind = 'capture' AND (a.id IS NULL OR a.status = ANY(%(live)s))
            AND NOT EXISTS (SELECT FROM payment_captures AS made
                            WHERE made.authorization_id = a.id
                              AND made.invoice_id = 'EXO-' || replace(op.id::text, '-', ''))
        OR op.kind = 'refund' AND c.status IS DISTINCT FROM 'REFUNDED'
            AND NOT EXISTS (SELECT FROM payment_refunds AS made
                            WHERE made.capture_id = c.id
                              AND made.invoice_id = 'EXO-' || replace(op.id::text, '-', ''))
        OR op.kind = 'authorize'
            AND NOT EXISTS (SELECT FROM payment_authorizations AS made WHERE made.order_id = op.target_id)
        OR op.kind = 'reauthorize' AND (a.id IS NULL OR a.status = ANY(%(live)s))
            AND NOT EXISTS (SELECT FROM payment_authorizations AS made WHERE made.parent_id = a.id)
        OR op.kind = 'void' AND (a.id IS NULL OR a.status = ANY(%(live)s) OR a.status = 'PENDING'))
"""
# What somebody takes in PayPal's own pages has the mark of its hold, which is no capture's of ours.
MARKED_TWICE = """
    SELECT kind AS subject, min(id::text) AS id, invoice_id AS mark, count(*) AS times
    FROM (
        SELECT 'capture' AS kind, id, invoice_id FROM payment_captures
        UNION ALL SELECT 'refund', id, invoice_id FROM payment_refunds
    ) AS made
    WHERE invoice_id LIKE 'EXO-%%'
    GROUP BY kind, invoice_id
    HAVING count(*) > 1 AND EXISTS (
        SELECT FROM payment_operations AS op
        WHERE op.kind = made.kind AND 'EXO-' || replace(op.id::text, '-', '') = made.invoice_id)
"""
MORE_ORDERS = """
    SELECT 'payment' AS subject, p.id, b.reference,
           coalesce(w.wanted, 0) AS wanted, coalesce(o.made, 0) AS made
    FROM payments AS p
    JOIN bookings AS b ON b.id = p.booking_id
    LEFT JOIN (SELECT payment_id, count(*) AS wanted FROM payment_operations
               WHERE kind = 'create_order' AND state = 'done' GROUP BY payment_id) AS w ON w.payment_id = p.id
    LEFT JOIN (SELECT payment_id, count(*) AS made FROM payment_orders GROUP BY payment_id) AS o
        ON o.payment_id = p.id
    WHERE coalesce(w.wanted, 0) <> coalesce(o.made, 0)
"""
OPEN_TWICE = """
    SELECT 'payment' AS subject, payment_id AS id, kind, count(*) AS open
    FROM payment_operations
    WHERE state = ANY(%(open)s)
    GROUP BY payment_id, kind
    HAVING count(*) > 1
"""
# An operation is written together with the delivery that does it.
FORGOTTEN = """
    SELECT 'operation' AS subject, op.id, b.reference, op.kind, op.state, op.created_at
    FROM payment_operations AS op
    JOIN payments AS p ON p.id = op.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE op.state = ANY(%(open)s) AND NOT EXISTS (
        SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.subject_id = p.booking_id AND e.name = %(event)s
          AND e.payload->>'operation_id' = op.id::text AND d.state = ANY(%(at_work)s))
"""
SETTLED_BY_HAND = """
    SELECT 'operation' AS subject, op.id, b.reference, op.kind, op.state, op.created_at
    FROM payment_operations AS op
    JOIN payments AS p ON p.id = op.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE op.state = ANY(%(open)s) AND EXISTS (
        SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.subject_id = p.booking_id AND e.name = %(event)s
          AND e.payload->>'operation_id' = op.id::text AND d.state = 'resolved')
"""
UNKNOWN_OUTCOME = """
    SELECT 'operation' AS subject, op.id, b.reference, op.kind, op.called_at
    FROM payment_operations AS op
    JOIN payments AS p ON p.id = op.payment_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE op.state = 'called' AND op.called_at < %(business_deadline)s
"""
AT_WORK = (*OPEN_DELIVERY, DeliveryState.FAILED, DeliveryState.RESOLVED)

PROMISE = Promise(
    "one_outcome_per_call",
    "Every call to PayPal has one key and one outcome, which is recorded once",
    "operations",
    counted("SELECT count(*) FROM payment_operations"),
    (
        breach("outcome_contradictory", "contradicts itself about its outcome", asked(CONTRADICTORY)),
        breach(
            "outcome_unrecorded",
            "is done, and what it did is not recorded",
            asked(UNRECORDED, live=words(states.LIVE)),
        ),
        breach("outcome_repeated", "was made more than once for one operation", asked(MARKED_TWICE)),
        breach("orders_differ", "has other orders than were wanted", asked(MORE_ORDERS)),
        breach("operation_twice", "has two open operations of one kind", asked(OPEN_TWICE, open=words(OPEN))),
        breach(
            "operation_forgotten",
            "is wanted, and nothing will do it",
            asked(FORGOTTEN, open=words(OPEN), event=WANTED, at_work=words(AT_WORK)),
        ),
        attention(
            "operation_left_open",
            "was settled by hand in the queue, and its outcome is still open",
            asked(SETTLED_BY_HAND, open=words(OPEN), event=WANTED),
        ),
        attention("outcome_unknown", "was called, and its outcome is not known yet", asked(UNKNOWN_OUTCOME)),
    ),
)
