"""Credit notes stay within what they correct, and every document's taxes are the ledger's."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted
from exodrive.ledger.models import Account

BEYOND = """
    SELECT 'invoice' AS subject, i.id, i.total, -sum(n.total) AS credited
    FROM invoices AS n JOIN invoices AS i ON i.id = n.corrects_id
    GROUP BY i.id, i.total, i.kind, i.currency, i.booking_id
    HAVING -sum(n.total) > i.total OR i.kind = 'credit_note'
        OR bool_or(n.currency <> i.currency OR n.booking_id <> i.booking_id)
"""
OTHER_SUM = """
    SELECT 'invoice' AS subject, i.id, i.total, coalesce(-sum(e.amount), 0) AS booked
    FROM invoices AS i
    LEFT JOIN ledger_postings AS p ON p.source = 'credit_note:' || i.id
    LEFT JOIN ledger_entries AS e ON e.posting_id = p.id AND e.account IN (%(refunds)s, %(tax)s)
    WHERE i.kind = 'credit_note'
    GROUP BY i.id, i.total
    HAVING coalesce(-sum(e.amount), 0) <> i.total
"""
# A rental's own invoice beside its settlement, a fee's beside what had been earned by then, a credit note and
# the invoice of a bill by hand beside their postings: tax by tax. Entries from before taxes were told apart
# have no detail, and count in their document's sum alone.
OTHER_TAX = """
    WITH sources AS (
        SELECT i.id, i.lines, i.booking_id, i.issued_at,
               CASE WHEN i.kind = 'credit_note' THEN 'credit_note:' || i.id
                    WHEN i.kind = 'supplement' THEN coalesce((
                        SELECT l.cause FROM bills AS l WHERE l.invoice_id = i.id), '')
                    WHEN b.state = 'closed' THEN 'settlement:' || i.booking_id END AS source
        FROM invoices AS i JOIN bookings AS b ON b.id = i.booking_id
    ), booked AS (
        SELECT s.id, e.detail, e.amount
        FROM sources AS s
        JOIN ledger_postings AS p ON p.booking_id = s.booking_id AND (
            CASE WHEN s.source IS NOT NULL THEN p.source = s.source
            ELSE p.kind = 'cancellation' OR p.kind = 'allowance' AND p.posted_at <= s.issued_at END)
        JOIN ledger_entries AS e ON e.posting_id = p.id AND e.account = %(tax)s
    ), older AS (SELECT id FROM booked WHERE detail IS NULL), sides AS (
        SELECT s.id, (line->1->>'jurisdiction') || '/' || (line->1->>'code') AS detail,
               (line->>2)::bigint AS amount
        FROM sources AS s CROSS JOIN LATERAL jsonb_array_elements(s.lines) AS line
        WHERE line->>0 = 'tax'
        UNION ALL
        SELECT id, detail, amount FROM booked
    ), told AS (
        SELECT id, CASE WHEN id IN (SELECT id FROM older) THEN NULL ELSE detail END AS detail, amount
        FROM sides
    )
    SELECT 'invoice' AS subject, id, detail AS tax, sum(amount) AS difference
    FROM told GROUP BY id, detail HAVING sum(amount) <> 0
"""
# What came up later, or was billed by hand: an invoice of its own, beside what its bill made a receivable.
OTHER_SUPPLEMENT = """
    SELECT 'invoice' AS subject, i.id, i.total, booked.amount AS booked
    FROM invoices AS i CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount), 0) AS amount
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE p.booking_id = i.booking_id AND e.account = %(receivable)s AND p.source IN (
            SELECT began.word || l.id
            FROM bills AS l, (VALUES ('late_charge:'), ('bill:')) AS began (word)
            WHERE l.invoice_id = i.id)) AS booked
    WHERE i.kind = 'supplement' AND i.total <> booked.amount
"""

CORRECTIONS = Promise(
    "credit_notes_stay_within",
    "No invoice is credited beyond its total; every document's taxes are the ledger's",
    "documents",
    counted("SELECT count(*) FROM invoices"),
    (
        breach("credited_too_much", "is credited beyond its total", asked(BEYOND)),
        breach(
            "credit_note_books",
            "has another sum than the ledger",
            asked(OTHER_SUM, refunds=str(Account.REFUNDS), tax=str(Account.TAX)),
        ),
        breach(
            "supplement_books",
            "has another sum than what its bill made a receivable",
            asked(OTHER_SUPPLEMENT, receivable=str(Account.RECEIVABLE)),
        ),
        breach("invoice_tax", "has other taxes than the ledger", asked(OTHER_TAX, tax=str(Account.TAX))),
    ),
)
