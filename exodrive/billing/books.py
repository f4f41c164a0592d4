"""Bills in the ledger: what is owed is a receivable from the moment it is billed; here it ends.

Each posting has its own source, so that what is read twice is posted once.
"""

from __future__ import annotations

from datetime import datetime

from exodrive.billing.models import Bill, BillPayment
from exodrive.billing.ports import BillRefund
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account

PAYMENT, WRITE_OFF = "bill_payment", "write_off"


def payment_source(row: BillPayment) -> str:
    return f"bill_payment:{row.id}"


def post_payment(bill: Bill, row: BillPayment, *, at: datetime) -> None:
    """Money came. What was given up before comes back to where it was lost; the rest pays what is owed.

    Call it before the payment is counted in the bill. More than the bill makes the receivable negative: the
    house owes it to the customer.
    """
    came, back = Money(row.amount, bill.currency), recovered(bill, row)
    postings.post(
        PAYMENT,
        source=payment_source(row),
        booking_id=bill.booking_id,
        sides={
            Account.CASH if row.external else Account.CLEARING: came,
            Account.RECEIVABLE: back - came,
            Account.WRITE_OFFS: -back,
        },
        at=at,
    )


def recovered(bill: Bill, row: BillPayment) -> Money:
    """What of a payment that is not counted yet is money that was given up before."""
    beyond = max(bill.paid + row.amount + bill.written_off - bill.asked.amount, 0)
    return Money(min(bill.written_off, beyond), bill.currency)


def post_fee(bill: Bill, row: BillPayment, *, at: datetime) -> None:
    """What PayPal kept of a payment made there."""
    fee = Money(row.fee or 0, bill.currency)
    postings.post(
        "fee",
        source=f"bill_fee:{row.id}",
        booking_id=bill.booking_id,
        sides={Account.FEES: fee, Account.CLEARING: -fee},
        at=at,
    )


def post_refund(bill: Bill, shown: BillRefund, *, at: datetime) -> None:
    """Money of a bill went back at PayPal: nobody owes it again, and the house has earned that much less."""
    went = shown.amount
    postings.post(
        "refund",
        source=f"bill_refund:{shown.paypal_id}",
        booking_id=bill.booking_id,
        sides={Account.CASH if shown.external else Account.CLEARING: -went, Account.REFUNDS: went},
        at=at,
    )


def post_write_off(bill: Bill, amount: Money, *, at: datetime) -> None:
    """The house gives up what is still owed."""
    postings.post(
        WRITE_OFF,
        source=f"write_off:{bill.id}",
        booking_id=bill.booking_id,
        sides={Account.WRITE_OFFS: amount, Account.RECEIVABLE: -amount},
        at=at,
    )
