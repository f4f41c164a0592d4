"""A booking that has ended keeps what its terms allow, and holds nothing."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from exodrive.auditing.places import GIVEN_UP
from exodrive.auditing.promises import Finding, Found, Look, Promise, asked, attention, breach, counted, words
from exodrive.bookings import policy
from exodrive.bookings.states import FINAL
from exodrive.house.rules import DepositRules
from exodrive.kernel.outbox import OPEN as OPEN_DELIVERY
from exodrive.kernel.outbox import DeliveryState
from exodrive.ledger.models import Account
from exodrive.payments import states
from exodrive.payments.operations import OPEN
from exodrive.payments.states import PaymentState

# What is still held by PayPal for bookings that have ended, and whether somebody is at work on it or knows.
STILL_HELD = """
    SELECT 'payment' AS subject, p.id, b.reference, b.state, p.purpose, a.amount, a.currency
    FROM bookings AS b
    JOIN payments AS p ON p.booking_id = b.id
    JOIN payment_orders AS o ON o.payment_id = p.id
    JOIN payment_authorizations AS a ON a.order_id = o.id
    WHERE b.state = ANY(%(ended)s) AND a.status = ANY(%(live)s)
      AND NOT EXISTS (SELECT FROM payment_authorizations AS renewed WHERE renewed.parent_id = a.id)
      AND NOT EXISTS (SELECT FROM payment_operations AS op
                      WHERE op.payment_id = p.id AND op.state = ANY(%(open)s))
      AND NOT EXISTS (SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
                      WHERE e.subject_id = b.id AND d.actor = 'bookings.unwind'
                        AND d.state = ANY(%(waiting)s))
      AND %(known)s = (b.attention IS NOT NULL OR EXISTS (
          SELECT FROM payment_operations AS op WHERE op.payment_id = p.id AND op.state = 'rejected'
            AND op.kind IN ('void', 'capture')))
"""
# What was kept of a rental that did not take place, beside the fee. What is on its way back counts as gone.
KEPT = """
    WITH kept AS (
        SELECT b.id, b.reference, b.state, b.attention, p.id AS payment_id, p.purpose,
               CASE WHEN p.purpose = 'rental' OR EXISTS (
                        SELECT FROM booking_changes AS c WHERE c.payment_id = p.id AND c.state = 'applied')
                    THEN least(p.amount, greatest(coalesce(b.cancellation_fee, 0) - b.fee_billed - coalesce((
                        SELECT sum(first.amount) FROM payments AS first
                        WHERE first.booking_id = b.id AND first.id < p.id AND (first.purpose = 'rental'
                          OR EXISTS (SELECT FROM booking_changes AS c
                                     WHERE c.payment_id = first.id AND c.state = 'applied'))), 0), 0))
                    ELSE 0 END AS fee,
               coalesce(sum(c.amount), 0) - coalesce(sum(r.amount), 0) AS kept
        FROM bookings AS b
        JOIN payments AS p ON p.booking_id = b.id
        LEFT JOIN payment_orders AS o ON o.payment_id = p.id
        LEFT JOIN payment_authorizations AS a ON a.order_id = o.id
        LEFT JOIN payment_captures AS c ON c.authorization_id = a.id AND c.status = ANY(%(settled)s)
        LEFT JOIN (SELECT capture_id, sum(amount) AS amount FROM payment_refunds
                   WHERE status IN ('COMPLETED', 'PENDING') GROUP BY capture_id) AS r ON r.capture_id = c.id
        WHERE b.state = ANY(%(given_up)s)
        GROUP BY b.id, p.id
    )
    SELECT 'booking' AS subject, k.id, k.reference, k.state, k.purpose, k.fee, k.kept
    FROM kept AS k
    WHERE NOT EXISTS (SELECT FROM payment_operations AS op
                      WHERE op.payment_id = k.payment_id AND op.state = ANY(%(open)s))
      AND NOT EXISTS (SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
                      WHERE e.subject_id = k.id AND d.actor = 'bookings.unwind'
                        AND d.state = ANY(%(waiting)s))
"""
KNOWN = """
      (k.attention IS NOT NULL OR EXISTS (SELECT FROM payment_operations AS op
          WHERE op.payment_id = k.payment_id AND op.state = 'rejected' AND op.kind IN ('refund', 'capture')))
"""
KEPT_TOO_MUCH = KEPT + " AND k.kept > k.fee AND NOT " + KNOWN
KEPT_KNOWINGLY = KEPT + " AND k.kept > k.fee AND " + KNOWN
FEE_OPEN = KEPT + " AND k.kept < k.fee"
# What was taken in advance becomes revenue when the booking ends: nothing stays behind.
LEFT_BEHIND = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, e.currency, -sum(e.amount) AS prepaid
    FROM ledger_entries AS e
    JOIN ledger_postings AS p ON p.id = e.posting_id
    JOIN bookings AS b ON b.id = p.booking_id
    WHERE e.account = ANY(%(prepaid)s) AND b.state = ANY(%(ended)s)
      AND NOT EXISTS (SELECT FROM payments AS m JOIN payment_operations AS op ON op.payment_id = m.id
                      WHERE m.booking_id = b.id AND op.state = ANY(%(open)s))
    GROUP BY b.id, e.currency
    HAVING sum(e.amount) + b.hand_back <> 0
"""
# PayPal's part, or what the desk has; `told` is whether staff know what keeps it.
RETURNED_WITH_DEPOSIT = """
    SELECT b.id, b.reference, b.taken_back_at, pl.terms, place.time_zone,
           b.attention IS NOT NULL OR b.deposit_warned_at IS NOT NULL AS told
    FROM bookings AS b
    JOIN places AS place ON place.id = b.return_place_id
    LEFT JOIN policies AS pl ON pl.kind = 'deposit' AND pl.version = (b.policies->>'deposit')::int
    WHERE b.state = 'returned' AND b.settling_at IS NULL AND b.deposit_released_at IS NULL
      AND (EXISTS (SELECT FROM payments AS p
                   WHERE p.booking_id = b.id AND p.purpose = 'deposit' AND p.state = ANY(%(held)s))
           OR 0 < (SELECT sum(CASE r.kind WHEN 'taken' THEN r.amount ELSE -r.amount END)
                   FROM desk_receipts AS r WHERE r.booking_id = b.id AND r.purpose = 'deposit'))
"""
TO_HAND_BACK = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, b.hand_back, b.currency
    FROM bookings AS b
    WHERE b.hand_back > 0
"""


HOLDING = (
    PaymentState.AUTHORIZED,
    PaymentState.PARTIALLY_CAPTURED,
    PaymentState.CAPTURED,
    PaymentState.PARTIALLY_REFUNDED,
)


def _kept_deposits(look: Look, *, told: bool) -> Found:
    """Deposits of cars that came back, still there after the last day that their rules allow."""
    return look.listed(
        Finding("booking", str(row["id"]), row["reference"], {"release_by": last.isoformat()})
        for row in look.rows(RETURNED_WITH_DEPOSIT, held=words(HOLDING))
        if row["told"] is told and (last := _last_day(row)) < _on(look.at, row)
    )


def _last_day(row: dict[str, Any]) -> date:
    rules = DepositRules.from_json(row["terms"] or {})
    return policy.deposit_release_by(_on(row["taken_back_at"], row), rules=rules)


def _on(at: datetime, row: dict[str, Any]) -> date:
    """The day at the place where the car came back."""
    return at.astimezone(ZoneInfo(row["time_zone"])).date()


WORK = {"open": words(OPEN), "waiting": words((*OPEN_DELIVERY, DeliveryState.FAILED))}
HOLDS = {**WORK, "ended": words(FINAL), "live": words(states.LIVE)}
KEEPS = {**WORK, "given_up": words(GIVEN_UP), "settled": words(states.SETTLED_CAPTURES)}

PROMISE = Promise(
    "money_goes_back",
    "What has ended keeps what its terms allow; everything else goes back in time",
    "ended bookings",
    counted("SELECT count(*) FROM bookings WHERE state IN ('closed', 'expired', 'cancelled', 'no_show')"),
    (
        breach(
            "still_held", "has ended, and its money is still held", asked(STILL_HELD, **HOLDS, known=False)
        ),
        breach(
            "kept_too_much",
            "keeps more than its fee",
            asked(KEPT_TOO_MUCH, **KEEPS),
        ),
        breach(
            "deposit_kept",
            "came back, and its deposit is kept past its day unseen",
            partial(_kept_deposits, told=False),
        ),
        attention(
            "deposit_kept_known",
            "came back, and a claim keeps its deposit past its day",
            partial(_kept_deposits, told=True),
        ),
        attention(
            "to_hand_back", "has ended, and the desk still has money of its renter", asked(TO_HAND_BACK)
        ),
        attention(
            "still_held_known",
            "has ended, and its money could not be taken or released",
            asked(STILL_HELD, **HOLDS, known=True),
        ),
        attention(
            "kept_knowingly",
            "keeps more than its fee, since a refund was refused",
            asked(KEPT_KNOWINGLY, **KEEPS),
        ),
        attention(
            "fee_open",
            "has not paid its fee",
            asked(FEE_OPEN, **KEEPS),
        ),
        attention(
            "prepayment_left",
            "has ended, and the ledger still has a prepayment of it",
            asked(
                LEFT_BEHIND,
                prepaid=words((Account.PREPAID, Account.DEPOSITS)),
                ended=words(FINAL),
                open=words(OPEN),
            ),
        ),
    ),
)
