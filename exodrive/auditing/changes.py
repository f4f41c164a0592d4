"""Every change of a booking was applied whole or let go whole: its place, its money, its trail."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.bookings.change.applying import CHANGED
from exodrive.bookings.change_states import ChangeState
from exodrive.kernel.outbox import OPEN as OPEN_DELIVERY
from exodrive.kernel.outbox import DeliveryState
from exodrive.payments.operations import OPEN
from exodrive.payments.states import LIVE

PLACE_LEFT = """
    SELECT 'change' AS subject, c.id, b.reference, c.state, o.id AS occupancy
    FROM occupancies AS o
    JOIN booking_changes AS c ON c.id = o.change_id
    JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state <> %(waiting)s
"""
OVERDUE = """
    SELECT 'change' AS subject, c.id, b.reference, c.expires_at
    FROM booking_changes AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state = %(waiting)s AND c.expires_at < %(business_deadline)s
"""
# What costs more is applied when PayPal holds the money, not before.
UNPAID = """
    SELECT 'change' AS subject, c.id, b.reference, p.state AS payment
    FROM booking_changes AS c
    JOIN bookings AS b ON b.id = c.booking_id
    JOIN payments AS p ON p.id = c.payment_id
    WHERE c.state = %(applied)s AND NOT EXISTS (
        SELECT FROM payment_orders AS o JOIN payment_authorizations AS a ON a.order_id = o.id
        WHERE o.payment_id = p.id)
"""
UNTOLD = """
    SELECT 'change' AS subject, c.id, b.reference, c.settled_at
    FROM booking_changes AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state = %(applied)s AND NOT EXISTS (
        SELECT FROM audit_entries AS a
        WHERE a.subject_id = c.booking_id AND a.action = %(changed)s
          AND a.data->>'number' = c.number::text)
"""
# PayPal holds money for what was let go, nobody is at work on it, and nobody was told.
MONEY_HELD = """
    SELECT 'change' AS subject, c.id, b.reference, c.state, a.amount, a.currency
    FROM booking_changes AS c
    JOIN bookings AS b ON b.id = c.booking_id
    JOIN payment_orders AS o ON o.payment_id = c.payment_id
    JOIN payment_authorizations AS a ON a.order_id = o.id
    WHERE c.state = ANY(%(let_go)s) AND a.status = ANY(%(live)s) AND b.attention IS NULL
      AND NOT EXISTS (SELECT FROM payment_authorizations AS renewed WHERE renewed.parent_id = a.id)
      AND NOT EXISTS (SELECT FROM payment_operations AS op
                      WHERE op.payment_id = c.payment_id AND (op.state = ANY(%(open)s)
                         OR op.state = 'rejected' AND op.kind = 'void'))
      AND NOT EXISTS (SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
                      WHERE e.subject_id = c.booking_id AND d.actor = 'bookings.apply_change'
                        AND d.state = ANY(%(at_work)s))
"""
CLASHING = """
    SELECT 'booking' AS subject, c.booking_id AS id, b.reference, late.reference AS late, c.found_at
    FROM booking_conflicts AS c
    JOIN bookings AS b ON b.id = c.booking_id
    JOIN bookings AS late ON late.id = c.late_id
    WHERE c.solved_at IS NULL
"""
APPLIED = str(ChangeState.APPLIED)
WAITING = str(ChangeState.AWAITING_PAYMENT)
AT_WORK = (*OPEN_DELIVERY, DeliveryState.FAILED)
LET_GO = frozenset(ChangeState) - {ChangeState.AWAITING_PAYMENT, ChangeState.APPLIED}

PROMISE = Promise(
    "changes_are_whole",
    "Every change of a booking was applied whole, or let go with all that was kept for it",
    "changes",
    counted("SELECT count(*) FROM booking_changes"),
    (
        breach(
            "change_place_left",
            "is settled, and still keeps a place of its own",
            asked(PLACE_LEFT, waiting=WAITING),
        ),
        breach(
            "change_overdue",
            "was not paid for in time, and still waits",
            asked(OVERDUE, waiting=WAITING),
            needs_work=True,
        ),
        breach("change_unpaid", "was applied before PayPal held its money", asked(UNPAID, applied=APPLIED)),
        breach(
            "change_untold", "was applied without a trace", asked(UNTOLD, applied=APPLIED, changed=CHANGED)
        ),
        breach(
            "change_money_held",
            "was let go, and PayPal still holds its money",
            asked(
                MONEY_HELD, let_go=words(LET_GO), live=words(LIVE), open=words(OPEN), at_work=words(AT_WORK)
            ),
        ),
        attention("conflict_open", "has no car in time: another one is late with it", asked(CLASHING)),
    ),
)
