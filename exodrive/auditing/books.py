"""Money is neither made nor lost: the ledger sums to zero and says what the payment trees say."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted, words
from exodrive.ledger.models import Account
from exodrive.payments.states import SETTLED_CAPTURES

UNBALANCED = """
    SELECT 'posting' AS subject, posting_id AS id, currency, sum(amount) AS sum
    FROM ledger_entries
    GROUP BY posting_id, currency
    HAVING sum(amount) <> 0
"""
CURRENCY_LEFT = """
    SELECT 'currency' AS subject, currency AS id, sum(amount) AS sum
    FROM ledger_entries
    GROUP BY currency
    HAVING sum(amount) <> 0
"""
EMPTY = """
    SELECT 'posting' AS subject, p.id, p.source
    FROM ledger_postings AS p
    WHERE NOT EXISTS (SELECT FROM ledger_entries AS e WHERE e.posting_id = p.id)
"""
NO_SUCH_ACCOUNT = """
    SELECT 'posting' AS subject, posting_id AS id, account
    FROM ledger_entries
    WHERE account <> ALL(%(accounts)s)
"""
POSTED_TWICE = """
    SELECT 'posting' AS subject, min(id::text) AS id, source, count(*) AS times
    FROM ledger_postings
    GROUP BY source
    HAVING count(*) > 1
"""
# What was brought forward to a midnight, beside the sum of what was posted before it.
BROUGHT_FORWARD = """
    WITH moved AS (
        SELECT date_trunc('day', p.posted_at, 'UTC') + interval '1 day' AS up_to,
               e.account, coalesce(e.detail, '') AS detail, e.currency, sum(e.amount) AS amount
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE p.posted_at < (SELECT max(up_to) FROM ledger_brought_forward)
        GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT up_to, account, coalesce(detail, '') AS detail, currency, amount FROM ledger_brought_forward
    ), both_sides AS (
        SELECT up_to, account, detail, currency, b.amount,
               sum(m.amount) OVER (PARTITION BY account, detail, currency ORDER BY up_to) AS posted
        FROM kept AS b FULL JOIN moved AS m USING (up_to, account, detail, currency)
    )
    SELECT 'account' AS subject, account AS id, detail, currency, up_to, amount, posted
    FROM both_sides WHERE coalesce(amount, 0) <> coalesce(posted, 0)
"""
# What the trees have taken and given back, beside what the ledger has of it, for each booking and currency.
# A capture may be posted with PayPal's fee in one posting or in two.
TREES_AND_LEDGER = """
    WITH captures AS (
        SELECT p.booking_id, p.currency, c.id, c.amount, coalesce(c.fee, 0) AS fee, c.status
        FROM payment_captures AS c
        JOIN payment_authorizations AS a ON a.id = c.authorization_id
        JOIN payment_orders AS o ON o.id = a.order_id
        JOIN payments AS p ON p.id = o.payment_id
    ), sides AS (
        SELECT booking_id, currency, amount AS captured, 0 AS refunded, fee,
               0 AS posted_captured, 0 AS posted_refunded, 0 AS posted_fee, 0 AS posted_clearing
        FROM captures WHERE status = ANY(%(settled)s)
        UNION ALL
        SELECT c.booking_id, c.currency, 0, r.amount, 0, 0, 0, 0, 0
        FROM payment_refunds AS r JOIN captures AS c ON c.id = r.capture_id
        WHERE r.status = 'COMPLETED'
        UNION ALL
        SELECT p.booking_id, e.currency, 0, 0, 0,
               CASE WHEN p.kind = 'capture' AND e.account = ANY(%(prepaid)s) THEN -e.amount ELSE 0 END,
               CASE WHEN p.kind = 'refund' AND e.account = ANY(%(prepaid)s) THEN e.amount ELSE 0 END,
               CASE WHEN e.account = %(fees)s THEN e.amount ELSE 0 END,
               CASE WHEN e.account = %(clearing)s THEN e.amount ELSE 0 END
        FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
        WHERE p.kind IN ('capture', 'refund', 'fee') AND p.source NOT LIKE 'bill%%'
    ), sums AS (
        SELECT booking_id, currency, sum(captured) AS captured, sum(posted_captured) AS posted_captured,
               sum(refunded) AS refunded, sum(posted_refunded) AS posted_refunded,
               sum(fee) AS fee, sum(posted_fee) AS posted_fee, sum(posted_clearing) AS posted_clearing
        FROM sides GROUP BY booking_id, currency
    )
    SELECT 'booking' AS subject, s.booking_id AS id, b.reference, s.currency, s.captured, s.posted_captured,
           s.refunded, s.posted_refunded, s.fee, s.posted_fee, s.posted_clearing
    FROM sums AS s LEFT JOIN bookings AS b ON b.id = s.booking_id
    WHERE (s.captured, s.refunded, s.fee, s.captured - s.refunded - s.fee)
          IS DISTINCT FROM (s.posted_captured, s.posted_refunded, s.posted_fee, s.posted_clearing)
"""

LEDGER = Promise(
    "ledger_balances",
    "Every posting of the ledger sums to zero, and so does the ledger, in each currency",
    "postings",
    counted("SELECT count(*) FROM ledger_postings"),
    (
        breach("posting_unbalanced", "does not sum to zero", asked(UNBALANCED)),
        breach("currency_unbalanced", "does not sum to zero over all postings", asked(CURRENCY_LEFT)),
        breach("posting_empty", "has no entries", asked(EMPTY)),
        breach(
            "brought_forward_differs",
            "was brought forward with another sum than its entries have",
            asked(BROUGHT_FORWARD),
        ),
        breach("posting_repeated", "has a cause that was posted before", asked(POSTED_TWICE)),
        breach(
            "account_unknown", "is on no account of ours", asked(NO_SUCH_ACCOUNT, accounts=words(Account))
        ),
    ),
)

LEDGER_AND_TREES = Promise(
    "ledger_says_what_payments_say",
    "The ledger has what PayPal took, gave back and kept as its fee, for every booking",
    "bookings with money",
    counted("SELECT count(DISTINCT booking_id) FROM ledger_postings"),
    (
        breach(
            "ledger_differs",
            "has other sums in the ledger than in its payments",
            asked(
                TREES_AND_LEDGER,
                settled=words(SETTLED_CAPTURES),
                prepaid=words((Account.PREPAID, Account.DEPOSITS)),
                fees=str(Account.FEES),
                clearing=str(Account.CLEARING),
            ),
        ),
    ),
)
