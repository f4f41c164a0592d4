"""Every letter is written once, and goes out."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted
from exodrive.notifications.messages import QUEUED

WRITTEN_TWICE = """
    SELECT 'message' AS subject, min(id::text) AS id, key, count(*) AS times
    FROM messages GROUP BY key HAVING count(*) > 1
"""
SENT_TWICE = """
    SELECT 'message' AS subject, min(id::text) AS id, provider_id, count(*) AS times
    FROM messages WHERE provider_id IS NOT NULL GROUP BY provider_id HAVING count(*) > 1
"""
# Failed before it was handed over, or after: a provider id tells.
WITHOUT_RECEIPT = """
    SELECT 'message' AS subject, m.id, b.reference, m.template, m.state
    FROM messages AS m LEFT JOIN bookings AS b ON b.id = m.booking_id
    WHERE (m.state = 'queued') = (m.provider_id IS NOT NULL) AND m.state <> 'failed'
"""
FORGOTTEN = """
    SELECT 'message' AS subject, m.id, b.reference, m.template, m.created_at
    FROM messages AS m LEFT JOIN bookings AS b ON b.id = m.booking_id
    WHERE m.state = 'queued' AND NOT EXISTS (
        SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.subject_id IS NOT DISTINCT FROM m.booking_id AND e.name = %(event)s
          AND e.payload->>'message_id' = m.id::text AND d.state <> 'done')
"""

PROMISE = Promise(
    "one_letter_each",
    "Every letter is written once, and handed over once",
    "messages",
    counted("SELECT count(*) FROM messages"),
    (
        breach("letter_twice", "has a key that was used before", asked(WRITTEN_TWICE)),
        breach("receipt_twice", "has the provider's id of another letter", asked(SENT_TWICE)),
        breach(
            "receipt_missing", "contradicts itself about whether it was handed over", asked(WITHOUT_RECEIPT)
        ),
        breach("letter_forgotten", "is queued, and nothing will send it", asked(FORGOTTEN, event=QUEUED)),
    ),
)
