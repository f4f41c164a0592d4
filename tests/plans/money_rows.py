"""What many rentals leave at the counter, on bills, as charges and as changes: most of it done long ago."""

from __future__ import annotations

NUMBERED = "(SELECT *, row_number() OVER (ORDER BY id) AS n FROM bookings WHERE state = 'closed') AS closed"
MONEY = (
    """
    INSERT INTO desk_receipts (id, booking_id, number, kind, purpose, method, amount, currency, reference,
                               by, at)
    SELECT gen_random_uuid(), id, 1, 'taken', 'deposit', 'cash', 10000, currency, 'slip ' || reference, 'Ada',
           held_at
    FROM bookings WHERE ordered_at IS NOT NULL
    """,
    f"""
    INSERT INTO bills (id, booking_id, cause, number, state, version, currency, amount, paid, refunded,
                       written_off, lines, note, recipient_name, recipient_email, paypal_id, paypal_status,
                       due_at, remind_at, reminders, checked_at, created_at, sent_at)
    SELECT gen_random_uuid(), id, 'plan:' || id, reference || '-B1',
           CASE WHEN n % 50 = 0 THEN 'sent' ELSE 'paid' END, 1, currency, 10000,
           CASE WHEN n % 50 = 0 THEN 0 ELSE 10000 END, 0, 0,
           '[["charge_other", {{"note": "Words"}}, 10000]]', '', 'Maya Okafor', 'guest@guests.example',
           'INV2-' || id, 'PAID', closed_at, CASE WHEN n % 50 = 0 THEN closed_at + interval '7 days' END, 0,
           closed_at, closed_at, closed_at
    FROM {NUMBERED}
    """,
    """
    INSERT INTO bill_payments (id, bill_id, paypal_id, amount, method, external, reference, paid_at)
    SELECT gen_random_uuid(), id, 'PAY-' || id, amount, 'PAYPAL', false, '', created_at
    FROM bills WHERE state = 'paid'
    """,
    """
    INSERT INTO bill_operations (id, bill_id, kind, state, created_at, called_at, settled_at)
    SELECT gen_random_uuid(), id, kind, 'done', created_at, created_at, created_at
    FROM bills, unnest(ARRAY['create', 'send']) AS kind
    """,
    f"""
    INSERT INTO booking_charges (id, booking_id, kind, amount, note, params, state, late, arose_at,
                                 entered_at, entered_by, source_key, settled_at, from_deposit, given_back)
    SELECT gen_random_uuid(), id, 'toll', 850, '', '{{}}', 'settled', true, pickup_at, closed_at, 'Ada',
           'toll-' || id, closed_at, 850, 0
    FROM {NUMBERED}
    """,
    """
    INSERT INTO charge_evidence (id, charge_id, position, added_at, added_by)
    SELECT gen_random_uuid(), id, 'front', entered_at, 'Ada' FROM booking_charges
    """,
    """
    INSERT INTO charge_objections (id, charge_id, text, made_at, outcome, answer, amount_before, answered_at,
                                   answered_by)
    SELECT gen_random_uuid(), id, 'Words', entered_at, 'kept', 'Words', amount, entered_at, 'Ada'
    FROM booking_charges
    """,
    f"""
    INSERT INTO booking_changes (id, booking_id, number, state, fault, by, wanted, impact, created_at,
                                 settled_at)
    SELECT gen_random_uuid(), id, 1, 'withdrawn', 'customer', 'Customer', '{{}}', '{{}}', held_at, held_at
    FROM {NUMBERED}
    """,
    f"""
    INSERT INTO booking_conflicts (id, booking_id, late_id, found_at, solved_at, solved_by, solution)
    SELECT gen_random_uuid(), id, before, held_at, held_at, 'Ada', 'changed'
    FROM (SELECT *, lag(id) OVER (ORDER BY n) AS before FROM {NUMBERED}) AS pairs WHERE before IS NOT NULL
    """,
    """
    INSERT INTO toll_files (id, file_id, uploaded_at, uploaded_by, imported_at, imported_by, outcomes)
    SELECT gen_random_uuid(), (SELECT id FROM stored_files LIMIT 1), held_at, 'Ada', held_at, 'Ada', '[]'
    FROM bookings
    """,
)
TABLES = (
    "desk_receipts, bills, bill_payments, bill_operations, booking_charges, charge_evidence,"
    " charge_objections, booking_changes, booking_conflicts, toll_files"
)
