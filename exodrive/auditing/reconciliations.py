"""PayPal's side is read every day, and what differs is seen to."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.reconciliation.runs import LEFT_BEHIND
from exodrive.reconciliation.states import Cause

DAYS_OPEN = 3  # a weekend; then somebody should have looked
DAYS_UNREAD = 2  # the daily run was left out once

CONTRADICTORY = """
    SELECT 'difference' AS subject, d.id, b.reference, d.cause, d.state
    FROM reconciliation_differences AS d
    JOIN bookings AS b ON b.id = d.booking_id
    LEFT JOIN payments AS p ON p.id = d.payment_id
    LEFT JOIN bills AS l ON l.id = d.bill_id
    WHERE d.cause <> ALL(%(causes)s)
       OR d.booking_id <> coalesce(p.booking_id, l.booking_id)
       OR d.currency <> coalesce(p.currency, l.currency)
       OR d.state <> 'open' AND (d.solved_by IS NULL OR d.solved_at < d.found_at)
"""
LEFT_LYING = """
    SELECT 'reconciliation' AS subject, id, total, done, started_at
    FROM reconciliation_runs
    WHERE finished_at IS NULL AND started_at < %(at)s - %(left_behind)s
"""
OPEN_LONG = """
    SELECT 'difference' AS subject, d.id, b.reference, d.cause, d.ours, d.theirs, d.currency, d.found_at
    FROM reconciliation_differences AS d JOIN bookings AS b ON b.id = d.booking_id
    WHERE d.state = 'open' AND d.found_at < %(at)s - %(days)s * interval '1 day'
"""
# A house that has money at PayPal and whose last reading lies too far back.
UNREAD = """
    SELECT 'house' AS subject, 'reconciliation' AS id, max(r.started_at) AS last
    FROM reconciliation_runs AS r
    WHERE r.booking_id IS NULL
    HAVING max(r.started_at) < %(at)s - %(days)s * interval '1 day'
"""

PROMISE = Promise(
    "reconciled_with_paypal",
    "PayPal's side of all that is open is read every day, and what differs is seen to",
    "differences",
    counted("SELECT count(*) FROM reconciliation_differences"),
    (
        breach(
            "difference_contradictory",
            "is of another booking or currency than what it is about, or solved by nobody",
            asked(CONTRADICTORY, causes=words(Cause)),
        ),
        attention("difference_open", f"has been open for {DAYS_OPEN} days", asked(OPEN_LONG, days=DAYS_OPEN)),
        attention(
            "reconciliation_left",
            "was begun, and is not read to its end",
            asked(LEFT_LYING, left_behind=LEFT_BEHIND),
        ),
        attention("not_reconciled", "has not been read for days", asked(UNREAD, days=DAYS_UNREAD)),
    ),
)
