"""What passed over the counter stands in the books, and no more goes back than came."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted
from exodrive.ledger.models import Account

# Receipts beside what the ledger has on the desk's account, for each booking and currency.
OTHER_CASH = """
    WITH sides AS (
        SELECT booking_id, currency, CASE kind WHEN 'taken' THEN amount ELSE -amount END AS taken, 0 AS posted
        FROM desk_receipts
        UNION ALL
        SELECT p.booking_id, e.currency, 0, e.amount
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE p.kind = 'receipt' AND e.account = %(cash)s
    )
    SELECT 'booking' AS subject, s.booking_id AS id, b.reference, s.currency,
           sum(s.taken) AS taken, sum(s.posted) AS posted
    FROM sides AS s LEFT JOIN bookings AS b ON b.id = s.booking_id
    GROUP BY s.booking_id, b.reference, s.currency
    HAVING sum(s.taken) <> sum(s.posted)
"""
# What goes against a receipt is of the same booking, purpose and currency, and together not more than it.
BEYOND = """
    SELECT 'receipt' AS subject, taken.id, b.reference, taken.amount, sum(gone.amount) AS gone
    FROM desk_receipts AS taken
    JOIN desk_receipts AS gone ON gone.of_id = taken.id
    JOIN bookings AS b ON b.id = taken.booking_id
    GROUP BY taken.id, b.reference
    HAVING sum(gone.amount) > taken.amount OR taken.kind <> 'taken' OR bool_or(
        (gone.booking_id, gone.purpose, gone.currency) <> (taken.booking_id, taken.purpose, taken.currency))
"""
OWES_MORE = """
    SELECT 'booking' AS subject, b.id, b.reference, b.hand_back, sum(
        CASE r.kind WHEN 'taken' THEN r.amount ELSE -r.amount END) AS there
    FROM bookings AS b LEFT JOIN desk_receipts AS r ON r.booking_id = b.id
    WHERE b.hand_back > 0
    GROUP BY b.id
    HAVING coalesce(sum(CASE r.kind WHEN 'taken' THEN r.amount ELSE -r.amount END), 0) < b.hand_back
"""

PROMISE = Promise(
    "counter_is_in_the_books",
    "Every receipt of the desk stands in the ledger, and no more goes back than came",
    "receipts",
    counted("SELECT count(*) FROM desk_receipts"),
    (
        breach(
            "cash_differs",
            "has other sums in the ledger than on its receipts",
            asked(OTHER_CASH, cash=str(Account.CASH)),
        ),
        breach("receipt_overdrawn", "went back or was corrected beyond its amount", asked(BEYOND)),
        breach("hand_back_unfounded", "is to be handed more than the desk has of it", asked(OWES_MORE)),
    ),
)
