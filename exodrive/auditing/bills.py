"""Bills say what their lines say, the books what was paid of them; nothing that is owed is forgotten."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.billing.operations import OPEN, WANTED
from exodrive.billing.states import OPEN as OPEN_BILLS
from exodrive.kernel.outbox import OPEN as OPEN_DELIVERY
from exodrive.kernel.outbox import DeliveryState
from exodrive.ledger.models import Account

LINES = """
    SELECT 'bill' AS subject, l.id, r.reference, l.number, l.amount, sum((line->>2)::bigint) AS lines
    FROM bills AS l JOIN bookings AS r ON r.id = l.booking_id, jsonb_array_elements(l.lines) AS line
    GROUP BY l.id, r.reference
    HAVING l.amount <> sum((line->>2)::bigint)
"""
PAID = """
    SELECT 'bill' AS subject, l.id, r.reference, l.number, l.paid, coalesce(sum(p.amount), 0) AS payments
    FROM bills AS l JOIN bookings AS r ON r.id = l.booking_id
    LEFT JOIN bill_payments AS p ON p.bill_id = l.id AND NOT p.credit
    GROUP BY l.id, r.reference
    HAVING l.paid <> coalesce(sum(p.amount), 0)
"""
# What credit notes took off a bill: its rows say how much, and a note of its booking stands behind each.
CREDITED = """
    SELECT 'bill' AS subject, l.id, r.reference, l.number, l.credited, coalesce(sum(p.amount), 0) AS noted
    FROM bills AS l JOIN bookings AS r ON r.id = l.booking_id
    LEFT JOIN bill_payments AS p ON p.bill_id = l.id AND p.credit
    GROUP BY l.id, r.reference
    HAVING l.credited <> coalesce(sum(p.amount), 0) OR bool_or(p.credit AND NOT EXISTS (
        SELECT FROM invoices AS n
        WHERE n.booking_id = l.booking_id AND n.kind = 'credit_note' AND -n.total >= p.amount
          AND n.year || '-' || lpad(n.sequence::text, greatest(5, length(n.sequence::text)), '0')
              = p.reference))
"""
# What the books have of each payment: the money that came, and what PayPal kept of it.
POSTED = """
    SELECT 'bill' AS subject, p.bill_id AS id, r.reference, l.number, p.amount,
           came.amount AS posted, coalesce(p.fee, 0) AS fee, kept.amount AS posted_fee
    FROM bill_payments AS p
    JOIN bills AS l ON l.id = p.bill_id
    JOIN bookings AS r ON r.id = l.booking_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount), 0) AS amount
        FROM ledger_postings AS g JOIN ledger_entries AS e ON e.posting_id = g.id
        WHERE g.source = 'bill_payment:' || p.id AND e.account = ANY(%(money)s)) AS came
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount), 0) AS amount
        FROM ledger_postings AS g JOIN ledger_entries AS e ON e.posting_id = g.id
        WHERE g.source = 'bill_fee:' || p.id AND e.account = %(fees)s) AS kept
    WHERE NOT p.credit AND (p.amount, coalesce(p.fee, 0)) IS DISTINCT FROM (came.amount, kept.amount)
"""
STATES = """
    SELECT 'bill' AS subject, l.id, r.reference, l.number, l.state, l.amount, l.credited, l.paid,
           l.written_off
    FROM bills AS l JOIN bookings AS r ON r.id = l.booking_id
    WHERE CASE l.state
        WHEN 'paid' THEN l.paid < l.amount - l.credited
        WHEN 'partly_paid' THEN l.paid = 0 OR l.paid >= l.amount - l.credited
        WHEN 'written_off' THEN l.paid + l.written_off <> l.amount - l.credited
        WHEN 'refunded' THEN l.refunded < l.paid
        WHEN 'pending' THEN false
        WHEN 'cancelled' THEN l.paid <> 0 OR l.written_off <> 0 OR l.credited NOT IN (0, l.amount)
        ELSE l.credited >= l.amount OR l.paid <> 0 OR l.written_off <> 0
    END
"""
CONTRADICTORY = """
    SELECT 'bill operation' AS subject, o.id, r.reference, o.kind, o.state, o.code
    FROM bill_operations AS o
    JOIN bills AS l ON l.id = o.bill_id
    JOIN bookings AS r ON r.id = l.booking_id
    WHERE CASE o.state
        WHEN 'wanted' THEN o.called_at IS NOT NULL OR o.settled_at IS NOT NULL OR o.code IS NOT NULL
        WHEN 'called' THEN o.called_at IS NULL OR o.settled_at IS NOT NULL OR o.code IS NOT NULL
        WHEN 'done' THEN o.settled_at IS NULL OR o.called_at IS NULL OR o.code IS NOT NULL
        ELSE o.settled_at IS NULL OR o.code IS NULL
    END
"""
# A bill's calls are made one by one: the first open one has a delivery, the others wait for it.
FORGOTTEN = """
    SELECT 'bill operation' AS subject, o.id, r.reference, o.kind, o.state, o.created_at
    FROM (SELECT DISTINCT ON (bill_id) * FROM bill_operations WHERE state = ANY(%(open)s)
          ORDER BY bill_id, id) AS o
    JOIN bills AS l ON l.id = o.bill_id
    JOIN bookings AS r ON r.id = l.booking_id
    WHERE NOT EXISTS (
        SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.subject_id = l.booking_id AND e.name = %(event)s
          AND e.payload->>'operation_id' = o.id::text AND d.state = ANY(%(at_work)s))
"""
# Owed by the books, and asked for by no open bill; or paid too much, and not given back.
UNBILLED = """
    WITH owed AS (
        SELECT p.booking_id, e.currency, sum(e.amount) AS owed
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE e.account = %(receivable)s AND p.booking_id IS NOT NULL
        GROUP BY p.booking_id, e.currency
    ), billed AS (
        SELECT booking_id, currency, sum(greatest(amount - credited - paid - written_off, 0)) AS billed
        FROM bills WHERE state = ANY(%(open)s)
        GROUP BY booking_id, currency
    )
    SELECT 'booking' AS subject, o.booking_id AS id, r.reference, o.currency, o.owed,
           coalesce(l.billed, 0) AS billed
    FROM owed AS o
    JOIN bookings AS r ON r.id = o.booking_id
    LEFT JOIN billed AS l ON l.booking_id = o.booking_id AND l.currency = o.currency
    WHERE o.owed <> coalesce(l.billed, 0)
"""
TROUBLED = """
    SELECT 'bill' AS subject, l.id, r.reference, l.number, l.state, l.trouble
    FROM bills AS l JOIN bookings AS r ON r.id = l.booking_id
    WHERE l.trouble IS NOT NULL AND l.state = ANY(%(open)s)
"""
AT_WORK = (*OPEN_DELIVERY, DeliveryState.FAILED, DeliveryState.RESOLVED)

PROMISE = Promise(
    "bills_add_up",
    "Every bill is for what its lines say, and what was paid of it stands in the books",
    "bills",
    counted("SELECT count(*) FROM bills"),
    (
        breach("bill_lines_differ", "asks for another sum than its lines", asked(LINES)),
        breach("bill_paid_differs", "counts another sum than its payments", asked(PAID)),
        breach("bill_credited_differs", "asks for less than credit notes say", asked(CREDITED)),
        breach(
            "bill_posted_differs",
            "has a payment that the ledger has otherwise",
            asked(POSTED, money=words((Account.CLEARING, Account.CASH)), fees=str(Account.FEES)),
        ),
        breach("bill_state_differs", "is in a state that its sums contradict", asked(STATES)),
        breach("bill_outcome_contradictory", "contradicts itself about its outcome", asked(CONTRADICTORY)),
        breach(
            "bill_operation_forgotten",
            "is wanted, and nothing will do it",
            asked(FORGOTTEN, open=words(OPEN), event=WANTED, at_work=words(AT_WORK)),
        ),
        attention(
            "receivable_unbilled",
            "owes another sum than its open bills ask for: bill it, write it off or give it back",
            asked(UNBILLED, receivable=str(Account.RECEIVABLE), open=words(OPEN_BILLS)),
        ),
        attention("bill_troubled", "waits for a person", asked(TROUBLED, open=words(OPEN_BILLS))),
    ),
)
