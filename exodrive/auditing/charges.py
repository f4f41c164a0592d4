"""Every charge has an outcome: from the deposit, on a bill, or let go; and none takes more than it is."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted, words
from exodrive.payments.operations import OPEN
from exodrive.payments.states import SETTLED_CAPTURES

LEFT_OPEN = """
    SELECT 'charge' AS subject, c.id, b.reference, c.state, c.amount
    FROM booking_charges AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE b.state = 'closed' AND c.state IN ('claimed', 'proposed')
"""
# What did not come from the deposit stands on a bill, and a charge that stands on none came from it whole.
UNCOVERED = """
    SELECT 'charge' AS subject, c.id, b.reference, c.amount, c.from_deposit, c.bill_id
    FROM booking_charges AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state = 'settled' AND (c.from_deposit < c.amount) <> (c.bill_id IS NOT NULL)
"""
LATE_WITHOUT_INVOICE = """
    SELECT 'charge' AS subject, c.id, b.reference, c.amount
    FROM booking_charges AS c JOIN bookings AS b ON b.id = c.booking_id
    WHERE c.state = 'settled' AND c.late AND c.invoice_id IS NULL
"""
# What PayPal took of the deposit and the house keeps, beside the charges that it was for. What the desk holds
# of a deposit goes first, so less may have come by PayPal; never more.
KEPT_WITHOUT_CHARGE = """
    WITH kept AS (
        SELECT p.booking_id, p.id AS payment_id,
               coalesce(sum(k.amount), 0) - coalesce(sum(r.amount), 0) AS kept
        FROM payments AS p
        JOIN payment_orders AS o ON o.payment_id = p.id
        JOIN payment_authorizations AS a ON a.order_id = o.id
        JOIN payment_captures AS k ON k.authorization_id = a.id AND k.status = ANY(%(settled)s)
        LEFT JOIN (SELECT capture_id, sum(amount) AS amount FROM payment_refunds
                   WHERE status IN ('COMPLETED', 'PENDING') GROUP BY capture_id) AS r ON r.capture_id = k.id
        WHERE p.purpose = 'deposit'
        GROUP BY p.booking_id, p.id
    ), charged AS (
        SELECT booking_id, sum(from_deposit - least(given_back, from_deposit)) AS charged
        FROM booking_charges WHERE state = 'settled' GROUP BY booking_id
    )
    SELECT 'booking' AS subject, b.id, b.reference, k.kept, coalesce(c.charged, 0) AS charged
    FROM kept AS k
    JOIN bookings AS b ON b.id = k.booking_id
    LEFT JOIN charged AS c ON c.booking_id = b.id
    WHERE b.state = 'closed' AND k.kept > coalesce(c.charged, 0)
      AND NOT EXISTS (SELECT FROM payment_operations AS op
                      WHERE op.payment_id = k.payment_id AND op.state = ANY(%(open)s))
"""

# Charges lowered on a bill: together not more than the bill's credits, and none more than was billed of it.
LOWERED_WITHOUT_CREDIT = """
    SELECT 'bill' AS subject, l.id, b.reference, l.credited, sum(c.credited) AS lowered
    FROM booking_charges AS c
    JOIN bills AS l ON l.id = c.bill_id
    JOIN bookings AS b ON b.id = c.booking_id
    GROUP BY l.id, b.reference
    HAVING sum(c.credited) > l.credited OR bool_or(c.credited > c.amount - c.from_deposit)
"""

PROMISE = Promise(
    "charges_have_an_outcome",
    "Every charge was taken from the deposit, billed or let go, and the deposit keeps nothing else",
    "charges",
    counted("SELECT count(*) FROM booking_charges"),
    (
        breach("charge_open", "waits for a settlement that is over", asked(LEFT_OPEN)),
        breach(
            "charge_uncovered", "is not what came from the deposit and stands on a bill", asked(UNCOVERED)
        ),
        breach("charge_uninvoiced", "came up later, and stands on no invoice", asked(LATE_WITHOUT_INVOICE)),
        breach(
            "charge_lowered_alone",
            "was lowered beyond what its bill asks for less",
            asked(LOWERED_WITHOUT_CREDIT),
        ),
        breach(
            "deposit_uncharged",
            "keeps more of its deposit than was charged",
            asked(KEPT_WITHOUT_CHARGE, settled=words(SETTLED_CAPTURES), open=words(OPEN)),
        ),
    ),
)
