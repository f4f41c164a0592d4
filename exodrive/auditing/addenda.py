"""What was changed after the signature was signed as well before the keys, or a manager let them go."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted

KEYS_BEFORE_ADDENDUM = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, changed.number
    FROM bookings AS b JOIN LATERAL (
        SELECT count(*) AS number FROM booking_changes AS c
        WHERE c.booking_id = b.id AND c.state = 'applied' AND c.impact->>'paper' = 'addendum'
          AND c.settled_at <= b.handed_over_at) AS changed ON changed.number > 0
    WHERE b.handed_over_at IS NOT NULL AND b.addendum_waiver IS NULL AND NOT EXISTS (
        SELECT FROM contracts AS a
        WHERE a.booking_id = b.id AND a.kind = 'addendum' AND a.state = 'signed'
          AND a.number >= changed.number)
"""
ADDENDUM_WAIVED_SILENTLY = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE b.addendum_waiver IS NOT NULL AND NOT EXISTS (
        SELECT FROM audit_entries AS a WHERE a.subject_id = b.id AND a.action = 'contract.addendum_waived')
"""

PROMISE = Promise(
    "changes_are_signed",
    "No keys go out before the last change is signed, unless a manager has allowed it",
    "rentals that had the keys",
    counted("SELECT count(*) FROM bookings WHERE handed_over_at IS NOT NULL"),
    (
        breach(
            "keys_before_addendum", "had its keys before its change was signed", asked(KEYS_BEFORE_ADDENDUM)
        ),
        breach(
            "addendum_waiver_unrecorded",
            "has a waiver of the addendum that the trail does not know",
            asked(ADDENDUM_WAIVED_SILENTLY),
        ),
    ),
)
