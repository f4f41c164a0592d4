"""What is due happens in time, and what waits for a person is seen."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.bookings.states import EXPIRABLE

NOT_EXPIRED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, b.expires_at
    FROM bookings AS b
    WHERE b.state = ANY(%(expirable)s) AND b.expires_at < %(business_deadline)s
"""
NOT_DONE = """
    SELECT 'payment' AS subject, p.id, b.reference, p.purpose, s.kind, s.due_at
    FROM payment_steps AS s JOIN payments AS p ON p.id = s.payment_id
      JOIN bookings AS b ON b.id = p.booking_id
    WHERE s.state = 'planned' AND s.due_at < %(business_deadline)s
"""
ON_DEAD_HOLD = """
    SELECT 'payment' AS subject, p.id, b.reference, p.purpose, s.kind, s.due_at
    FROM payment_steps AS s JOIN payments AS p ON p.id = s.payment_id
      JOIN bookings AS b ON b.id = p.booking_id
    WHERE s.state = 'planned' AND s.kind IN ('capture', 'reauthorize') AND s.due_at >= (
        SELECT coalesce(max(a.expires_at), max(a.created_at) + interval '29 days')
        FROM payment_authorizations AS a JOIN payment_orders AS o ON o.id = a.order_id
        WHERE o.payment_id = p.id
    )
"""
UNSEEN = """
    SELECT 'payment' AS subject, p.id, b.reference, p.purpose, s.kind, s.due_at, s.at_risk_from
    FROM payment_steps AS s JOIN payments AS p ON p.id = s.payment_id
      JOIN bookings AS b ON b.id = p.booking_id
    WHERE s.state IN ('planned', 'wanted')
      AND (s.at_risk_from IS NULL OR s.at_risk_from > greatest(s.due_at, s.created_at) + interval '1 day')
"""
AT_RISK = """
    SELECT 'payment' AS subject, p.id, b.reference, p.purpose, s.kind, s.state, s.due_at
    FROM payment_steps AS s JOIN payments AS p ON p.id = s.payment_id
      JOIN bookings AS b ON b.id = p.booking_id
    WHERE s.at_risk_from <= %(at)s AND s.state <> 'planned'
"""
NOT_ASKED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.deposit_ask_at
    FROM bookings AS b
    WHERE b.deposit_ask_at < %(business_deadline)s
"""
PINNED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE b.state = 'held' AND b.expires_at IS NULL
"""
FLAGGED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, b.attention AS why
    FROM bookings AS b
    WHERE b.attention IS NOT NULL
"""
OUT_TOO_LONG = """
    SELECT 'booking' AS subject, b.id, b.reference, b.return_at
    FROM bookings AS b
    WHERE b.state = 'on_rent' AND b.return_at < %(at)s
"""
NOT_COME = """
    SELECT 'booking' AS subject, b.id, b.reference, b.pickup_at
    FROM bookings AS b
    WHERE b.state = 'confirmed' AND b.pickup_at < %(at)s - interval '1 day'
"""
SETTLING_LONG = """
    SELECT 'booking' AS subject, b.id, b.reference, b.settling_at
    FROM bookings AS b
    WHERE b.state = 'returned' AND b.settling_at < %(at)s - interval '1 day'
"""
AGREEMENT_OVERDUE = """
    SELECT 'contract' AS subject, c.id, b.reference, c.state, c.expires_at
    FROM contracts AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state IN ('draft', 'sent', 'viewed') AND c.expires_at < %(at)s - interval '1 day'
"""

PROMISE = Promise(
    "everything_in_time",
    "Holds end, money is taken and deposits are asked for when they are due",
    "bookings under way",
    counted("SELECT count(*) FROM bookings WHERE state NOT IN ('closed', 'expired', 'cancelled', 'no_show')"),
    (
        breach(
            "hold_overdue",
            "should have expired, and keeps its place",
            asked(NOT_EXPIRED, expirable=words(EXPIRABLE)),
            needs_work=True,
        ),
        breach("hold_endless", "is held without an end", asked(PINNED)),
        breach(
            "step_overdue", "should have been done by the plan of its money", asked(NOT_DONE), needs_work=True
        ),
        breach("step_on_dead_hold", "is planned after PayPal’s hold has died", asked(ON_DEAD_HOLD)),
        breach("step_unseen", "would be overdue without anybody being shown it", asked(UNSEEN)),
        breach(
            "deposit_unasked", "should have been asked for its deposit", asked(NOT_ASKED), needs_work=True
        ),
        attention("money_at_risk", "was refused or waits for somebody: see Money at risk", asked(AT_RISK)),
        attention("flagged", "is flagged for somebody to look at", asked(FLAGGED)),
        attention("out_too_long", "is out past its return", asked(OUT_TOO_LONG)),
        attention("not_come", "has not been picked up, and is no no-show either", asked(NOT_COME)),
        attention("settling_long", "has been settling for more than a day", asked(SETTLING_LONG)),
        attention("agreement_overdue", "is past its end, and still open", asked(AGREEMENT_OVERDUE)),
    ),
)
