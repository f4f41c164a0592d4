"""Payments with their trees, calls to PayPal, the ledger, and what goes back at the end."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

A_CONFIRMED_HOLD = """
    SELECT a.id FROM payment_authorizations a
    JOIN payment_orders o ON o.id = a.order_id JOIN payments p ON p.id = o.payment_id
    JOIN bookings b ON b.id = p.booking_id
    WHERE b.state = 'confirmed' AND p.purpose = 'rental' AND a.status = 'CREATED' LIMIT 1
"""
PAID = (
    Break(
        "payment_missing",
        """UPDATE bookings SET ordered_at = held_at WHERE id = (
               SELECT id FROM bookings WHERE state = 'expired' AND ordered_at IS NULL LIMIT 1)
                   RETURNING id""",
    ),
    Break(
        "payment_amount",
        """UPDATE payments SET amount = amount + 1 WHERE id = (
               SELECT p.id FROM payments p JOIN bookings b ON b.id = p.booking_id
               WHERE b.state = 'expired' AND b.authorized_at IS NULL LIMIT 1) RETURNING id""",
    ),
    Break(
        "price_changed",
        """UPDATE bookings SET price = jsonb_set(price, '{total}', '1') WHERE id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING id""",
    ),
    Break(
        "never_authorized",
        """UPDATE payment_authorizations a SET amount = a.amount + 1
           FROM payment_orders o JOIN payments p ON p.id = o.payment_id
           WHERE o.id = a.order_id AND p.purpose = 'rental' AND p.booking_id = (
               SELECT id FROM bookings WHERE state = 'awaiting_signature' LIMIT 1) RETURNING p.booking_id""",
    ),
    Break(
        "money_gone_unnoticed",
        """WITH gone AS (
               UPDATE payment_authorizations SET status = 'VOIDED' WHERE order_id IN (
                   SELECT o.id FROM payment_orders o JOIN payments p ON p.id = o.payment_id
                   WHERE p.purpose = 'rental' AND p.booking_id = (
                       SELECT id FROM bookings WHERE state = 'awaiting_signature' LIMIT 1))
                           RETURNING order_id)
           UPDATE payments SET state = 'voided' WHERE id IN (
               SELECT o.payment_id FROM payment_orders o JOIN gone ON gone.order_id = o.id)
           RETURNING booking_id""",
    ),
)
TREES = (
    Break(
        "payment_state_differs",
        """UPDATE payments SET state = 'voided' WHERE id = (
               SELECT id FROM payments WHERE state = 'expired' LIMIT 1) RETURNING id""",
    ),
    Break(
        "authorization_overdrawn",
        """INSERT INTO payment_captures (id, authorization_id, paypal_id, status, amount, final, created_at)
           SELECT gen_random_uuid(), a.id, 'CAPTURE9', 'PENDING', 1, false, a.created_at
           FROM payment_authorizations a JOIN payment_captures c ON c.authorization_id = a.id
           WHERE a.parent_id IS NULL AND c.amount = a.amount LIMIT 1 RETURNING authorization_id""",
    ),
    Break(
        "authorization_overdrawn",
        """INSERT INTO payment_captures (id, authorization_id, paypal_id, status, amount, final, created_at)
           SELECT gen_random_uuid(), a.id, 'CAPTURE9', 'PENDING', 1, false, a.created_at
           FROM payment_authorizations a JOIN payment_captures c ON c.authorization_id = a.id
           WHERE a.parent_id IS NOT NULL AND c.amount = a.amount LIMIT 1
           RETURNING (SELECT parent_id FROM payment_authorizations a WHERE a.id = authorization_id)""",
    ),
    Break(
        "capture_over_refunded",
        """INSERT INTO payment_refunds (id, capture_id, paypal_id, status, amount, created_at)
           SELECT gen_random_uuid(), c.id, 'REFUND9', 'PENDING', c.amount + 1, c.created_at
           FROM payment_captures c JOIN payment_authorizations a ON a.id = c.authorization_id
           JOIN payment_orders o ON o.id = a.order_id JOIN payments p ON p.id = o.payment_id
           JOIN bookings b ON b.id = p.booking_id WHERE b.state = 'closed' LIMIT 1 RETURNING capture_id""",
    ),
    Break(
        "recorded_twice",
        """UPDATE payment_captures SET paypal_id = (SELECT min(paypal_id) FROM payment_captures),
               id = '00000000-0000-4000-8000-000000000000'
           WHERE id = (SELECT c.id FROM payment_captures c JOIN ledger_postings l
                       ON l.source = 'capture:' || c.paypal_id
                       WHERE c.paypal_id > (SELECT min(paypal_id) FROM payment_captures)
                         AND NOT EXISTS (SELECT FROM payment_refunds r WHERE r.capture_id = c.id) LIMIT 1)
           RETURNING id""",
        first="ALTER TABLE payment_captures DROP CONSTRAINT payment_captures_paypal_id_key",
        also=("guard_missing",),
    ),
    Break(
        "held_twice",
        f"""INSERT INTO payment_authorizations (id, order_id, paypal_id, status, amount, currency, created_at)
            SELECT gen_random_uuid(), order_id, 'AUTH9', 'CREATED', amount, currency, created_at
            FROM payment_authorizations WHERE id = ({A_CONFIRMED_HOLD})
            RETURNING (SELECT payment_id FROM payment_orders o WHERE o.id = order_id)""",
    ),
    Break(
        "ordered_twice",
        """WITH chosen AS (
               SELECT p.id, o.id AS order_id FROM payments p JOIN payment_orders o ON o.payment_id = p.id
               WHERE p.state = 'expired' LIMIT 1), waits AS (
               UPDATE payment_orders SET status = 'CREATED', approve_url = 'https://paypal.example/1'
               WHERE id = (SELECT order_id FROM chosen)), more AS (
               INSERT INTO payment_orders (id, payment_id, paypal_id, status, approve_url, created_at)
               SELECT 'ffffffff-0000-4000-8000-000000000000', payment_id, 'ORDER9', 'CREATED',
                      'https://paypal.example/2', created_at
               FROM payment_orders WHERE id = (SELECT order_id FROM chosen))
           UPDATE payments SET state = 'ordered' WHERE id = (SELECT id FROM chosen) RETURNING id""",
        also=("orders_differ",),
    ),
    Break(
        "outdated_authorized",
        f"""UPDATE payment_orders SET status = 'OUTDATED' WHERE id = (
                SELECT order_id FROM payment_authorizations WHERE id = ({A_CONFIRMED_HOLD}))
            RETURNING payment_id""",
    ),
)
A_CALL = "INSERT INTO payment_operations (id, payment_id, kind, target_id, final, state, created_at, "
CALLS = (
    Break(
        "outcome_contradictory",
        """UPDATE payment_operations SET settled_at = NULL WHERE id = (
               SELECT id FROM payment_operations WHERE state = 'done' LIMIT 1) RETURNING id""",
    ),
    Break(
        "outcome_contradictory",
        """UPDATE payment_operations SET state = 'rejected' WHERE id = (
               SELECT id FROM payment_operations WHERE kind = 'void' LIMIT 1) RETURNING id""",
    ),
    *(
        Break(
            "outcome_unrecorded",
            f"""{A_CALL} called_at, settled_at)
                SELECT gen_random_uuid(), o.payment_id, '{kind}', a.id, true, 'done', a.created_at,
                    a.created_at,
                       a.created_at
                FROM payment_authorizations a JOIN payment_orders o ON o.id = a.order_id
                WHERE a.id = ({A_CONFIRMED_HOLD}) RETURNING id""",
        )
        for kind in ("capture", "void", "reauthorize")
    ),
    Break(
        "outcome_unrecorded",
        f"""{A_CALL} called_at, settled_at)
            SELECT gen_random_uuid(), o.payment_id, 'authorize', o.id, true, 'done', o.created_at,
                o.created_at,
                   o.created_at
            FROM payment_orders o JOIN payments p ON p.id = o.payment_id
            WHERE p.state = 'expired' LIMIT 1 RETURNING id""",
    ),
    Break(
        "outcome_unrecorded",
        f"""{A_CALL} called_at, settled_at)
            SELECT gen_random_uuid(), o.payment_id, 'refund', c.id, true, 'done', c.created_at, c.created_at,
                   c.created_at
            FROM payment_captures c JOIN payment_authorizations a ON a.id = c.authorization_id
            JOIN payment_orders o ON o.id = a.order_id
            WHERE c.status = 'COMPLETED' LIMIT 1 RETURNING id""",
    ),
    Break(
        "outcome_repeated",
        """UPDATE payment_captures SET id = '00000000-0000-4000-8000-000000000000',
               invoice_id = (SELECT min(invoice_id) FROM payment_captures)
           WHERE id = (SELECT c.id FROM payment_captures c
                       WHERE invoice_id > (SELECT min(invoice_id) FROM payment_captures)
                         AND NOT EXISTS (SELECT FROM payment_refunds r WHERE r.capture_id = c.id) LIMIT 1)
           RETURNING id""",
    ),
    Break(
        "orders_differ",
        """INSERT INTO payment_orders (id, payment_id, paypal_id, status, created_at)
           SELECT '00000000-0000-4000-8000-000000000000', id, 'ORDER9', 'EXPIRED', created_at
           FROM payments WHERE state = 'expired' LIMIT 1 RETURNING payment_id""",
    ),
    Break(
        "operation_forgotten",
        f"""{A_CALL} called_at)
            SELECT gen_random_uuid(), id, 'refund', NULL, true, 'wanted', created_at, NULL
            FROM payments WHERE state = 'captured' LIMIT 1 RETURNING id""",
    ),
    Break(
        "operation_twice",
        f"""WITH twice AS ({A_CALL} called_at)
                SELECT gen_random_uuid(), payment_id, kind, target_id, true, state, created_at, NULL
                FROM payment_operations WHERE state = 'wanted' RETURNING payment_id)
            SELECT payment_id FROM twice""",
        first="DROP INDEX payment_operations_open_key",
        also=("operation_forgotten", "guard_missing"),
    ),
)
LEDGER = (
    Break(
        "posting_unbalanced",
        """UPDATE ledger_entries e SET amount = e.amount + CASE WHEN n = 1 THEN 1 ELSE -1 END
           FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ledger_entries
                 WHERE account = 'cancellation_revenue' ORDER BY id LIMIT 2) AS two
           WHERE two.id = e.id RETURNING posting_id""",
        also=("earned_uninvoiced",),
    ),
    Break(
        "currency_unbalanced",
        """UPDATE ledger_entries SET amount = amount + 1 WHERE id = (
               SELECT id FROM ledger_entries WHERE account = 'cancellation_revenue' LIMIT 1)
           RETURNING currency""",
        also=("posting_unbalanced", "earned_uninvoiced"),
    ),
    Break(
        "posting_empty",
        """INSERT INTO ledger_postings (id, source, kind, posted_at)
           SELECT gen_random_uuid(), 'nothing', 'note', posted_at FROM ledger_postings LIMIT 1
               RETURNING id""",
    ),
    Break(
        "posting_repeated",
        """UPDATE ledger_postings SET source = (SELECT min(source) FROM ledger_postings),
               id = '00000000-0000-4000-8000-000000000000'
           WHERE id = (SELECT id FROM ledger_postings WHERE source = 'twice') RETURNING id""",
        first="""ALTER TABLE ledger_postings DROP CONSTRAINT ledger_postings_source_key;
                 INSERT INTO ledger_postings (id, source, kind, posted_at)
                 SELECT gen_random_uuid(), 'twice', 'note', posted_at FROM ledger_postings LIMIT 1""",
        also=("posting_empty", "guard_missing"),
    ),
    Break(
        "brought_forward_differs",
        """INSERT INTO ledger_brought_forward (up_to, account, currency, amount)
           SELECT date_trunc('day', min(posted_at), 'UTC'), 'cancellation_revenue', 'USD', 7
           FROM ledger_postings RETURNING account""",
    ),
    Break(
        "account_unknown",
        """UPDATE ledger_entries SET account = 'pocket' WHERE id = (
               SELECT id FROM ledger_entries WHERE account = 'cancellation_revenue' LIMIT 1)
           RETURNING posting_id""",
        also=("earned_uninvoiced",),
    ),
    Break(
        "ledger_differs",
        """UPDATE payment_captures c SET fee = fee + 1
           FROM payment_authorizations a JOIN payment_orders o ON o.id = a.order_id
           JOIN payments p ON p.id = o.payment_id
           WHERE a.id = c.authorization_id AND c.id = (SELECT id FROM payment_captures LIMIT 1)
           RETURNING p.booking_id""",
    ),
    Break(
        "ledger_differs",
        """DELETE FROM ledger_postings WHERE id = (
               SELECT id FROM ledger_postings WHERE kind = 'refund' LIMIT 1) RETURNING booking_id""",
    ),
)
ENDINGS = (
    Break(
        "still_held",
        """WITH held AS (
               UPDATE payment_authorizations SET status = 'CREATED' WHERE id = (
                   SELECT a.id FROM payment_authorizations a JOIN payment_orders o ON o.id = a.order_id
                   JOIN payments p ON p.id = o.payment_id JOIN bookings b ON b.id = p.booking_id
                   WHERE b.state = 'closed' AND p.purpose = 'deposit' AND p.state = 'voided' LIMIT 1)
               RETURNING order_id)
           UPDATE payments SET state = 'authorized' WHERE id IN (
               SELECT o.payment_id FROM payment_orders o JOIN held ON held.order_id = o.id) RETURNING id""",
        also=("outcome_unrecorded",),
    ),
    Break(
        "kept_too_much",
        """UPDATE bookings SET cancellation_fee = cancellation_fee - 1 WHERE id = (
               SELECT id FROM bookings WHERE cancellation_fee > 0 LIMIT 1) RETURNING id""",
    ),
    Break(
        "deposit_kept",
        """UPDATE bookings SET taken_back_at = taken_back_at - interval '60 days' WHERE id = (
               SELECT b.id FROM bookings b JOIN payments p ON p.booking_id = b.id
               WHERE b.state = 'returned' AND p.purpose = 'deposit' AND p.state = 'authorized' LIMIT 1)
           RETURNING id""",
    ),
)
FOR_A_PERSON = (
    Break(
        "money_gone",
        """WITH gone AS (
               UPDATE payment_authorizations SET status = 'VOIDED' WHERE order_id IN (
                   SELECT o.id FROM payment_orders o JOIN payments p ON p.id = o.payment_id
                   WHERE p.purpose = 'rental' AND p.booking_id = (
                       SELECT id FROM bookings WHERE state = 'awaiting_signature' LIMIT 1)) RETURNING order_id
           ), lost AS (
               UPDATE payments SET state = 'voided' WHERE id IN (
                   SELECT o.payment_id FROM payment_orders o JOIN gone ON gone.order_id = o.id)
               RETURNING booking_id)
           UPDATE bookings SET attention = 'hold_lost' WHERE id IN (SELECT booking_id FROM lost)
           RETURNING id""",
        also=("flagged",),
    ),
    Break(
        "outcome_unknown",
        """UPDATE payment_operations SET state = 'called', called_at = created_at - interval '1 hour'
           WHERE state = 'wanted' RETURNING id""",
    ),
    Break(
        "operation_left_open",
        """WITH settled AS (
               UPDATE deliveries SET state = 'resolved' WHERE actor = 'payments.perform' RETURNING id)
           SELECT op.id FROM payment_operations op, settled WHERE op.state = 'wanted'""",
    ),
    Break(
        "still_held_known",
        """WITH held AS (
               UPDATE payment_authorizations SET status = 'CREATED' WHERE id = (
                   SELECT a.id FROM payment_authorizations a JOIN payment_orders o ON o.id = a.order_id
                   JOIN payments p ON p.id = o.payment_id JOIN bookings b ON b.id = p.booking_id
                   WHERE b.state = 'closed' AND p.purpose = 'deposit' AND p.state = 'voided' LIMIT 1)
               RETURNING order_id
           ), refused AS (
               UPDATE payment_operations SET state = 'rejected', code = 'X' WHERE kind = 'void'
                   AND payment_id IN (SELECT o.payment_id FROM payment_orders o
                       JOIN held ON held.order_id = o.id))
           UPDATE payments SET state = 'authorized' WHERE id IN (
               SELECT o.payment_id FROM payment_orders o JOIN held ON held.order_id = o.id) RETURNING id""",
    ),
    Break(
        "kept_knowingly",
        """UPDATE bookings SET cancellation_fee = cancellation_fee - 1, attention = 'payment_refused'
           WHERE id = (SELECT id FROM bookings WHERE cancellation_fee > 0 LIMIT 1) RETURNING id""",
        also=("flagged",),
    ),
    Break(
        "fee_open",
        """UPDATE bookings SET cancellation_fee = cancellation_fee + 1 WHERE id = (
               SELECT id FROM bookings WHERE cancellation_fee BETWEEN 1 AND total - 1 LIMIT 1)
           RETURNING id""",
    ),
    Break(
        "prepayment_left",
        """DELETE FROM ledger_postings WHERE id = (
               SELECT id FROM ledger_postings WHERE kind = 'cancellation' LIMIT 1) RETURNING booking_id""",
    ),
)


@pytest.mark.parametrize("broken", [*PAID, *TREES, *CALLS, *LEDGER, *ENDINGS], ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("waiting", FOR_A_PERSON, ids=str)
def test_it_waits_for_a_person(waiting: Break, tampered: Database) -> None:
    assert_found(tampered, waiting, Severity.ATTENTION)
