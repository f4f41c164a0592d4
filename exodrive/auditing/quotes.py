"""Quotes cost what they said, end in their time, and became nothing else than they offered."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted
from exodrive.bookings.quote.quote_states import EVENTS, NEXT

OTHER_PRICE = """
    SELECT 'quote' AS subject, q.id, q.number AS reference, q.total, q.price->>'total' AS offered
    FROM quotes AS q
    WHERE q.price->>'total' IS DISTINCT FROM q.total::text OR q.price->>'currency' IS DISTINCT FROM q.currency
"""
# What was asked for is the same: then it costs what the quote said, whatever the rules have come to say.
BECAME_DEARER = """
    SELECT 'quote' AS subject, q.id, q.number AS reference, b.reference AS booking, q.total, b.total AS became
    FROM quotes AS q JOIN bookings AS b ON b.id = q.booking_id
    WHERE q.state = 'accepted' AND b.request = q.request
      AND (b.total, b.currency) IS DISTINCT FROM (q.total, q.currency)
"""
OVERDUE = """
    SELECT 'quote' AS subject, q.id, q.number AS reference, q.valid_until
    FROM quotes AS q
    WHERE q.state = 'open' AND q.valid_until < %(business_deadline)s
"""
# A car that nobody can have any more by the quote that kept it.
KEPT_FOR_NOBODY = """
    SELECT 'quote' AS subject, q.id, q.number AS reference, q.state, b.reference AS booking
    FROM quotes AS q JOIN bookings AS b ON b.id = q.booking_id
    WHERE q.state IN ('declined', 'withdrawn', 'expired') AND b.state = 'held'
"""
# Each move leads to one state, so the last one says where the quote must stand.
TRAIL = """
    SELECT 'quote' AS subject, q.id, q.number AS reference, q.state, last.action
    FROM quotes AS q
    LEFT JOIN LATERAL (
        SELECT a.action FROM audit_entries AS a
        WHERE a.subject_id = q.id AND a.action = ANY(%(actions)s)
        ORDER BY a.id DESC LIMIT 1) AS last ON true
    WHERE NOT EXISTS (
        SELECT FROM unnest(%(actions)s::text[], %(states)s::text[]) AS leads (action, state)
        WHERE leads.action = last.action AND leads.state = q.state)
"""

PROMISE = Promise(
    "quotes_are_kept",
    "Every quote costs what it said for as long as it said, and keeps no car afterwards",
    "quotes",
    counted("SELECT count(*) FROM quotes"),
    (
        breach("quote_price_differs", "has another total than the lines that it offered", asked(OTHER_PRICE)),
        breach("quote_not_kept", "became a booking at another price", asked(BECAME_DEARER)),
        breach("quote_overdue", "still stands after its time", asked(OVERDUE), needs_work=True),
        breach("quote_keeps_car", "is settled and still keeps a car", asked(KEPT_FOR_NOBODY)),
        breach(
            "quote_trail_contradicts",
            "is in a state to which the moves in its trail do not lead",
            asked(
                TRAIL,
                actions=[EVENTS[move] for _, move in NEXT],
                states=[str(after) for after in NEXT.values()],
            ),
        ),
    ),
)
