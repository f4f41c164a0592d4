"""No rental stands without its money and its signature; no keys go out without a deposit."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.bookings.deposit import deposits
from exodrive.bookings.states import State
from exodrive.contracts.states import ContractState
from exodrive.payments.states import PaymentState

CONFIRMED = (State.CONFIRMED, State.ON_RENT, State.RETURNED, State.CLOSED, State.NO_SHOW)
NEEDS_ITS_MONEY = (State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED)
HAD_THE_KEYS = (State.ON_RENT, State.RETURNED, State.CLOSED)
# Approved, of a rental that was authorized: the bank still thinks about the capture.
SECURED = (
    PaymentState.AUTHORIZED,
    PaymentState.PARTIALLY_CAPTURED,
    PaymentState.CAPTURED,
    PaymentState.PARTIALLY_REFUNDED,
    PaymentState.APPROVED,
)
# What the trail says where money behind a rental went away, or was given back, with the house's knowledge.
KNOWN_LOSSES = (
    "payment.voided",
    "payment.rejected",
    "payment.refunded",
    "payment.declined",
    "booking.attention_cleared",
)

UNSIGNED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE (b.state = ANY(%(confirmed)s) OR b.confirmed_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM contracts AS c
                      WHERE c.booking_id = b.id AND c.kind = 'agreement' AND c.state = 'signed')
"""
UNSTORED = """
    SELECT 'contract' AS subject, c.id, b.reference,
           a.id IS NOT NULL AS agreement_stored, l.id IS NOT NULL AS audit_log_stored
    FROM contracts AS c
    JOIN bookings AS b ON b.id = c.booking_id
    LEFT JOIN stored_files AS a ON a.id = c.agreement_file_id AND octet_length(a.sha256) = 32 AND a.size > 0
    LEFT JOIN stored_files AS l ON l.id = c.audit_file_id AND octet_length(l.sha256) = 32 AND l.size > 0
    WHERE c.state = 'signed' AND (a.id IS NULL OR l.id IS NULL OR c.signed_at IS NULL)
"""
SEVERAL_CURRENT = """
    SELECT 'booking' AS subject, b.id, b.reference, count(*) AS agreements
    FROM contracts AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state <> ALL(%(ended)s)
    GROUP BY b.id, b.reference, c.kind, c.number
    HAVING count(*) > 1
"""
SIGNED_AND_WAITING = """
    SELECT 'booking' AS subject, b.id, b.reference, c.id AS contract
    FROM bookings AS b JOIN contracts AS c ON c.booking_id = b.id
    WHERE b.state = 'awaiting_signature' AND c.state = 'signed'
"""
NEVER_ISSUED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.authorized_at
    FROM bookings AS b
    WHERE b.state = 'awaiting_signature'
      AND NOT EXISTS (SELECT FROM contracts AS c WHERE c.booking_id = b.id)
      AND NOT EXISTS (SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
                      WHERE e.subject_id = b.id AND d.actor = 'contracts.issue' AND d.state <> 'done')
"""
UNPAID = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE b.ordered_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM payments AS p WHERE p.booking_id = b.id AND p.purpose = 'rental')
"""
OTHER_AMOUNT = """
    SELECT 'payment' AS subject, p.id, b.reference, p.purpose, p.amount, p.currency, b.total, b.deposit
    FROM payments AS p JOIN bookings AS b ON b.id = p.booking_id
    WHERE p.currency <> b.currency
       OR (p.purpose = 'deposit' AND p.amount <> b.deposit)
       OR (p.purpose = 'rental' AND b.total <> p.amount + coalesce((
              SELECT sum(more.amount) FROM payments AS more
              JOIN booking_changes AS c ON c.payment_id = more.id AND c.state = 'applied'
              WHERE more.booking_id = b.id), 0))
       OR (p.purpose = 'change' AND NOT EXISTS (
              SELECT FROM booking_changes AS c WHERE c.payment_id = p.id AND c.booking_id = b.id))
"""
OTHER_PRICE = """
    SELECT 'booking' AS subject, b.id, b.reference, b.total, b.price->>'total' AS agreed
    FROM bookings AS b
    WHERE b.price->>'total' IS DISTINCT FROM b.total::text OR b.price->>'currency' IS DISTINCT FROM b.currency
"""
NEVER_AUTHORIZED = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, p.amount
    FROM bookings AS b JOIN payments AS p ON p.booking_id = b.id AND p.purpose = 'rental'
    WHERE (b.authorized_at IS NOT NULL OR b.state = ANY(%(confirmed)s)) AND b.prepayment_waiver IS NULL
      AND NOT EXISTS (
        SELECT FROM payment_authorizations AS a JOIN payment_orders AS o ON o.id = a.order_id
        WHERE o.payment_id = p.id AND a.amount >= p.amount AND a.currency = p.currency
          AND (a.amount = p.amount OR EXISTS (
              SELECT FROM booking_changes AS c WHERE c.booking_id = b.id AND c.state = 'applied')))
"""
MONEY_GONE = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, p.state AS payment
    FROM bookings AS b JOIN payments AS p ON p.booking_id = b.id AND p.purpose = 'rental'
    WHERE b.state = ANY(%(needing)s) AND p.state <> ALL(%(secured)s) AND b.prepayment_waiver IS NULL
      AND %(known)s = (b.attention IS NOT NULL OR EXISTS (
          SELECT FROM audit_entries AS a WHERE a.subject_id = b.id AND a.action = ANY(%(losses)s)))
"""
# Of a rental that a manager let stand unpaid: the money before the keys, unless its rules let them go first.
# What was given back over the counter, or by PayPal, had come before.
KEYS_UNPAID = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, p.amount
    FROM bookings AS b JOIN payments AS p ON p.booking_id = b.id AND p.purpose = 'rental'
    LEFT JOIN policies AS pl ON pl.kind = 'booking' AND pl.version = (b.policies->>'booking')::int
    WHERE b.prepayment_waiver IS NOT NULL AND b.state = ANY(%(had_keys)s)
      AND NOT coalesce((pl.terms->>'keys_before_payment')::boolean, false)
      AND p.amount > coalesce((
        SELECT sum(CASE r.kind WHEN 'taken' THEN r.amount WHEN 'corrected' THEN -r.amount END)
        FROM desk_receipts AS r WHERE r.booking_id = b.id AND r.purpose = 'rental'), 0)
      AND NOT EXISTS (
        SELECT FROM payment_orders AS o JOIN payment_authorizations AS a ON a.order_id = o.id
        WHERE o.payment_id = p.id AND a.amount >= p.amount AND a.currency = p.currency
          AND a.status NOT IN ('PENDING', 'DENIED'))
"""
PREPAYMENT_WAIVED_SILENTLY = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE b.prepayment_waiver IS NOT NULL AND NOT EXISTS (
        SELECT FROM audit_entries AS a
        WHERE a.subject_id = b.id AND a.action = 'booking.prepayment_waived'
          AND a.reason = b.prepayment_waiver)
"""
KEYS_WITHOUT_DEPOSIT = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, b.deposit
    FROM bookings AS b
    WHERE b.state = ANY(%(had_keys)s) AND b.deposit > 0 AND b.deposit_waiver IS NULL AND NOT EXISTS (
        SELECT FROM payments AS p
        JOIN payment_orders AS o ON o.payment_id = p.id
        JOIN payment_authorizations AS a ON a.order_id = o.id
        WHERE p.booking_id = b.id AND p.purpose = 'deposit'
          AND a.amount >= b.deposit AND a.currency = b.currency AND a.status NOT IN ('PENDING', 'DENIED'))
      AND b.deposit > (
        SELECT coalesce(sum(CASE r.kind WHEN 'taken' THEN r.amount WHEN 'corrected' THEN -r.amount END), 0)
        FROM desk_receipts AS r WHERE r.booking_id = b.id AND r.purpose = 'deposit')
"""
DEPOSIT_GONE = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, p.state AS deposit
    FROM bookings AS b JOIN payments AS p ON p.booking_id = b.id AND p.purpose = 'deposit'
    WHERE b.state IN ('on_rent', 'returned') AND b.settling_at IS NULL
      AND b.deposit > 0 AND b.deposit_waiver IS NULL AND p.state <> ALL(%(held)s)
      AND b.deposit_released_at IS NULL AND b.deposit > (
        SELECT coalesce(sum(CASE r.kind WHEN 'taken' THEN r.amount ELSE -r.amount END), 0)
        FROM desk_receipts AS r WHERE r.booking_id = b.id AND r.purpose = 'deposit')
"""
WAIVED_SILENTLY = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE b.deposit_waiver IS NOT NULL AND NOT EXISTS (
        SELECT FROM audit_entries AS a WHERE a.subject_id = b.id AND a.action = 'deposit.waived')
"""

SIGNED = Promise(
    "signed_agreement",
    "Every confirmed rental has a signed agreement, kept with its hash",
    "agreements",
    counted("SELECT count(*) FROM contracts"),
    (
        breach(
            "agreement_missing",
            "was confirmed without a signed agreement",
            asked(UNSIGNED, confirmed=words(CONFIRMED)),
        ),
        breach("documents_missing", "is signed, and its documents are not kept", asked(UNSTORED)),
        breach(
            "agreement_twice",
            "has more than one agreement that counts",
            asked(
                SEVERAL_CURRENT,
                ended=words((ContractState.DECLINED, ContractState.EXPIRED, ContractState.VOIDED)),
            ),
        ),
        breach(
            "signed_and_waiting", "is signed and still waits for its signature", asked(SIGNED_AND_WAITING)
        ),
        breach("agreement_forgotten", "waits for an agreement that nobody will issue", asked(NEVER_ISSUED)),
    ),
)

PAID = Promise(
    "paid_as_agreed",
    "Every rental is paid for, by the amount that was agreed, unless a manager let it stand unpaid",
    "ordered bookings",
    counted("SELECT count(*) FROM bookings WHERE ordered_at IS NOT NULL"),
    (
        breach("payment_missing", "was ordered and has no payment", asked(UNPAID)),
        breach("payment_amount", "asks for another amount than was agreed", asked(OTHER_AMOUNT)),
        breach("price_changed", "has another total than the price that was agreed", asked(OTHER_PRICE)),
        breach(
            "never_authorized",
            "went on without an authorization of its amount",
            asked(NEVER_AUTHORIZED, confirmed=words(CONFIRMED)),
        ),
        breach(
            "keys_unpaid",
            "stood without payment in advance, and its keys went out before the money came",
            asked(KEYS_UNPAID, had_keys=words(HAD_THE_KEYS)),
        ),
        breach(
            "prepayment_waived_silently",
            "stands without payment in advance, and the trail has no such decision",
            asked(PREPAYMENT_WAIVED_SILENTLY),
        ),
        breach(
            "money_gone_unnoticed",
            "stands without money, and nobody was told",
            asked(
                MONEY_GONE,
                needing=words(NEEDS_ITS_MONEY),
                secured=words(SECURED),
                losses=list(KNOWN_LOSSES),
                known=False,
            ),
        ),
        attention(
            "money_gone",
            "stands without money",
            asked(
                MONEY_GONE,
                needing=words(NEEDS_ITS_MONEY),
                secured=words(SECURED),
                losses=list(KNOWN_LOSSES),
                known=True,
            ),
        ),
    ),
)

DEPOSITS = Promise(
    "deposit_before_keys",
    "No keys go out without the deposit, unless a manager has waived it",
    "rentals that had the keys",
    counted("SELECT count(*) FROM bookings WHERE handed_over_at IS NOT NULL"),
    (
        breach(
            "keys_without_deposit",
            "had its keys without a deposit",
            asked(KEYS_WITHOUT_DEPOSIT, had_keys=words(HAD_THE_KEYS)),
        ),
        breach("waiver_unrecorded", "has a waiver that the trail does not know", asked(WAIVED_SILENTLY)),
        attention(
            "deposit_gone",
            "is not settled, and its deposit is not held any more",
            asked(DEPOSIT_GONE, held=words(deposits.HELD)),
        ),
    ),
)
