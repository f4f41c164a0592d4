"""What the house earns stands on its documents: revenue and tax are what was invoiced, less the credits."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.ledger.models import Account

EARNED = (
    Account.RENTAL, Account.EXTRAS, Account.DELIVERY, Account.CHARGES, Account.CANCELLATION,
    Account.DISCOUNTS, Account.REFUNDS, Account.TAX,
)  # fmt: skip
# Postings of a time in which bills by hand, and fees that were kept, had no document: told by `OF_BILLS` and
# among the invoices by `fee_uninvoiced`. What goes back of a bill is a posting beside its credit note.
UNINVOICED = """
    WITH papers AS (
        SELECT booking_id, currency, sum(total) AS invoiced FROM invoices GROUP BY booking_id, currency
    ), earned AS (
        SELECT p.booking_id, e.currency, -sum(e.amount) AS earned
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE e.account = ANY(%(earned)s)
          AND p.source NOT LIKE 'bill\\_refund:%%' AND p.source NOT LIKE 'bill\\_credit:%%'
          AND NOT (p.source LIKE 'bill:%%' AND NOT EXISTS (
              SELECT FROM bills AS l WHERE l.cause = p.source AND l.invoice_id IS NOT NULL))
          AND NOT (p.kind IN ('cancellation', 'allowance') AND NOT EXISTS (
              SELECT FROM invoices AS i WHERE i.booking_id = p.booking_id AND i.kind = 'invoice'))
        GROUP BY p.booking_id, e.currency
    ), sums AS (
        SELECT booking_id, currency, coalesce(earned, 0) AS earned, coalesce(invoiced, 0) AS invoiced
        FROM earned FULL JOIN papers USING (booking_id, currency)
    )
    SELECT 'booking' AS subject, s.booking_id AS id, b.reference, s.currency, s.earned, s.invoiced
    FROM sums AS s LEFT JOIN bookings AS b ON b.id = s.booking_id
    WHERE s.earned <> s.invoiced
"""
FEE_BILLED = """
    WITH billed AS (
        SELECT p.booking_id, -sum(e.amount) AS amount
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE p.source LIKE 'bill:%%' AND e.account = ANY(%(fee)s)
        GROUP BY p.booking_id
    )
    SELECT 'booking' AS subject, b.id, b.reference, b.fee_billed, coalesce(l.amount, 0) AS booked
    FROM bookings AS b LEFT JOIN billed AS l ON l.booking_id = b.id
    WHERE b.fee_billed <> coalesce(l.amount, 0)
"""
OF_BILLS = """
    SELECT 'bill' AS subject, l.id, b.reference, l.number, -sum(e.amount) AS earned, e.currency
    FROM bills AS l
    JOIN bookings AS b ON b.id = l.booking_id
    JOIN ledger_postings AS p ON p.source = l.cause
    JOIN ledger_entries AS e ON e.posting_id = p.id
    WHERE l.invoice_id IS NULL AND e.account = ANY(%(earned)s)
    GROUP BY l.id, b.reference, l.number, e.currency
"""
REFUNDS_OF_BILLS = """
    SELECT 'booking' AS subject, p.booking_id AS id, sum(e.amount) AS given_back, e.currency
    FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
    WHERE e.account = %(refunds)s
      AND (p.source LIKE 'bill\\_refund:%%' OR p.source LIKE 'bill\\_credit:%%')
    GROUP BY p.booking_id, e.currency
    HAVING sum(e.amount) <> 0
"""

PROMISE = Promise(
    "earnings_are_invoiced",
    "Of every booking, revenue and tax are what its documents say",
    "bookings with documents",
    counted("SELECT count(DISTINCT booking_id) FROM invoices"),
    (
        breach(
            "earned_uninvoiced",
            "has earned another sum than its documents say",
            asked(UNINVOICED, earned=words(EARNED)),
        ),
        breach(
            "fee_billed_differs",
            "has billed another part of its fee than the ledger says",
            asked(FEE_BILLED, fee=words((Account.CANCELLATION, Account.TAX))),
        ),
        attention(
            "bill_uninvoiced", "asks for what stands on no invoice", asked(OF_BILLS, earned=words(EARNED))
        ),
        attention(
            "bill_refund_uncredited",
            "gave money of a bill back that no credit note names",
            asked(REFUNDS_OF_BILLS, refunds=str(Account.REFUNDS)),
        ),
    ),
)
