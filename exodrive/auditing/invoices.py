"""Invoices are numbered without gaps, and say what was agreed, charged and booked."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted, words
from exodrive.bookings.money.fee_invoices import FEE
from exodrive.bookings.money.settlement import GIVEN_BACK
from exodrive.invoicing.issuing import ISSUED
from exodrive.ledger.models import Account

EARNED = (
    Account.RENTAL, Account.EXTRAS, Account.DELIVERY, Account.CHARGES, Account.DISCOUNTS, Account.REFUNDS,
    Account.TAX,
)  # fmt: skip
GAPS = """
    WITH years AS (
        SELECT coalesce(c.year, i.year) AS year, coalesce(c.last, 0) AS last, coalesce(i.many, 0) AS many
        FROM invoice_counters AS c
        FULL JOIN (SELECT year, count(*) AS many FROM invoices GROUP BY year) AS i ON i.year = c.year
    )
    SELECT 'number' AS subject, year || '-' || lpad(n::text, 5, '0') AS id
    FROM years, generate_series(1, last) AS n
    WHERE NOT EXISTS (SELECT FROM invoices AS i WHERE i.year = years.year AND i.sequence = n)
"""
NUMBER_TAKEN = """
    SELECT 'invoice' AS subject, min(i.id::text) AS id, i.year, i.sequence, count(*) AS times
    FROM invoices AS i LEFT JOIN invoice_counters AS c ON c.year = i.year
    GROUP BY i.year, i.sequence, c.last
    HAVING count(*) > 1 OR i.sequence NOT BETWEEN 1 AND coalesce(c.last, 0)
"""
SEVERAL = """
    SELECT 'booking' AS subject, b.id, b.reference, count(*) AS invoices
    FROM invoices AS i JOIN bookings AS b ON b.id = i.booking_id
    WHERE i.kind = 'invoice'
    GROUP BY b.id, b.reference
    HAVING count(*) > 1
"""
CLOSED_WITHOUT = """
    SELECT 'booking' AS subject, b.id, b.reference, b.closed_at
    FROM bookings AS b
    WHERE b.state = 'closed' AND NOT EXISTS (
        SELECT FROM invoices AS i WHERE i.booking_id = b.id AND i.kind = 'invoice')
"""
# A rental's invoice has the agreed price and the charges; what was given back by hand lowers it by a line of
# its own. One of a booking that ended otherwise has the fee, and the taxes within it.
OTHER_LINES = """
    SELECT 'invoice' AS subject, i.id, b.reference, b.state, i.total, lines.total AS lines,
           b.total + coalesce(charges.total, 0) AS agreed_and_charged
    FROM invoices AS i
    JOIN bookings AS b ON b.id = i.booking_id
    LEFT JOIN (SELECT booking_id, sum(amount) AS total FROM booking_charges
               WHERE state = 'settled' AND NOT late GROUP BY booking_id) AS charges
        ON charges.booking_id = i.booking_id
    CROSS JOIN LATERAL (
        SELECT sum((line->>2)::bigint) AS total,
               sum((line->>2)::bigint) FILTER (
                   WHERE line->>0 NOT IN (%(given_back)s, %(fee)s)
                     AND (b.state = 'closed' OR line->>0 <> 'tax')) AS rental
        FROM jsonb_array_elements(i.lines) AS line
    ) AS lines
    WHERE i.total IS DISTINCT FROM lines.total OR i.currency <> b.currency
       OR i.kind = 'invoice' AND lines.rental IS DISTINCT FROM
          CASE b.state WHEN 'closed' THEN b.total + coalesce(charges.total, 0) END
"""
# What was owed and what was paid, as the settlement booked it; of a fee, what had been earned by then. Debits
# are positive.
OTHER_BOOKS = """
    WITH booked AS (
        SELECT i.id, coalesce(sum(e.amount) FILTER (WHERE e.account = ANY(%(prepaid)s)), 0) AS paid,
               CASE b.state
                   WHEN 'closed' THEN coalesce(-sum(e.amount) FILTER (WHERE e.account = ANY(%(earned)s)), 0)
                   ELSE coalesce(sum(e.amount) FILTER (WHERE e.account = ANY(%(prepaid)s)), 0)
               END AS total
        FROM invoices AS i
        JOIN bookings AS b ON b.id = i.booking_id
        LEFT JOIN ledger_postings AS p ON p.booking_id = i.booking_id AND (
            CASE b.state WHEN 'closed' THEN p.kind = 'settlement'
            ELSE p.kind = 'cancellation' OR p.kind = 'allowance' AND p.posted_at <= i.issued_at END)
        LEFT JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE i.kind = 'invoice'
        GROUP BY i.id, b.state
    )
    SELECT 'invoice' AS subject, i.id, b.reference, b.state, i.total, i.paid,
           s.total AS booked, s.paid AS booked_as_paid
    FROM booked AS s JOIN invoices AS i ON i.id = s.id JOIN bookings AS b ON b.id = i.booking_id
    WHERE (i.total, i.paid) IS DISTINCT FROM (s.total, s.paid)
"""
WITHOUT_PAPER = """
    SELECT 'invoice' AS subject, i.id, b.reference, i.issued_at
    FROM invoices AS i JOIN bookings AS b ON b.id = i.booking_id
    WHERE i.file_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM stored_files AS f
        WHERE f.id = i.file_id AND f.media_type = 'application/pdf' AND length(f.sha256) = 32)
    OR i.file_id IS NULL AND NOT EXISTS (
        SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.subject_id = i.booking_id AND e.name = %(event)s AND d.state <> 'done'
          AND e.payload->>'invoice_id' = i.id::text)
"""
# `paid` is what had been paid when it was issued: whether the rest came since, or was credited or given up,
# is what the booking's receivable says. What a bill asks for is no news.
OWED = """
    WITH owing AS (
        SELECT p.booking_id, sum(e.amount) AS owed
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE e.account = %(receivable)s
        GROUP BY p.booking_id
        HAVING sum(e.amount) > 0
    )
    SELECT 'invoice' AS subject, i.id, b.reference, least(i.total - i.paid, o.owed) AS owed, i.currency
    FROM invoices AS i JOIN bookings AS b ON b.id = i.booking_id JOIN owing AS o ON o.booking_id = b.id
    WHERE i.paid < i.total AND i.total > -(
        SELECT coalesce(sum(n.total), 0) FROM invoices AS n WHERE n.corrects_id = i.id)
      AND NOT EXISTS (SELECT FROM bills AS l WHERE l.invoice_id = i.id AND l.state <> 'cancelled')
"""
# Tax was charged with the fee; from before invoices of fees were issued with them.
FEE_WITHOUT = """
    SELECT 'booking' AS subject, b.id, b.reference, b.cancellation_fee, b.currency
    FROM ledger_postings AS p JOIN bookings AS b ON b.id = p.booking_id
    WHERE p.kind = 'cancellation' AND NOT EXISTS (
        SELECT FROM invoices AS i WHERE i.booking_id = b.id AND i.kind = 'invoice')
"""

PROMISE = Promise(
    "invoices_are_whole",
    "Every settled rental has one invoice; their numbers have no gap, their sums no difference",
    "invoices",
    counted("SELECT count(*) FROM invoices"),
    (
        breach("number_missing", "was given to no invoice", asked(GAPS)),
        breach("number_wrong", "has a number that is taken, or was never given", asked(NUMBER_TAKEN)),
        breach("invoice_twice", "has more than one invoice", asked(SEVERAL)),
        breach("invoice_missing", "is closed without an invoice", asked(CLOSED_WITHOUT)),
        breach(
            "invoice_lines",
            "is not what was agreed and charged",
            asked(OTHER_LINES, given_back=GIVEN_BACK, fee=FEE),
        ),
        breach(
            "invoice_books",
            "has other sums than the ledger",
            asked(
                OTHER_BOOKS,
                prepaid=words((Account.PREPAID, Account.DEPOSITS)),
                earned=words(EARNED),
            ),
        ),
        breach(
            "invoice_paper",
            "has no document with its hash, and nothing will make it",
            asked(WITHOUT_PAPER, event=ISSUED),
        ),
        attention("fee_uninvoiced", "kept a fee that stands on no invoice", asked(FEE_WITHOUT)),
        attention("invoice_owed", "is not paid in full", asked(OWED, receivable=str(Account.RECEIVABLE))),
    ),
)
