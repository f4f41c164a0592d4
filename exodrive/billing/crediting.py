"""A bill asks for less: a credit note has corrected the document that it came from.

Nobody pays a bill of nothing: then it is withdrawn at PayPal. Else PayPal notes what was taken off, as it
notes what was paid elsewhere, and its page asks for the rest.
"""

from __future__ import annotations

from datetime import datetime

from exodrive.billing import moving, operations
from exodrive.billing.models import Bill, BillPayment, OperationKind
from exodrive.billing.ports import Method
from exodrive.billing.states import OPEN, BillState, Move
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money

# While the customer's bank thinks, PayPal takes no note and withdraws nothing.
LOWERED_IN = frozenset(OPEN) - {BillState.PENDING}


def creditable(bill: Bill) -> Money:
    """What could be taken off a bill now."""
    return bill.outstanding if bill.state in LOWERED_IN else Money.zero(bill.currency)


def credit(bill: Bill, amount: Money, *, reference: str, at: datetime) -> Money:
    """Take up to `amount` off what a locked bill asks for; returns how much that was.

    `reference` is the credit note's number. The books have it by the note's own posting.
    """
    part = min(amount, creditable(bill))
    if part.amount <= 0:
        return Money.zero(bill.currency)
    before = bool(bill.payments)
    row = BillPayment(
        id=new_id(),
        bill_id=bill.id,
        amount=part.amount,
        method=Method.OTHER,
        external=True,
        credit=True,
        reference=reference,
        paid_at=at,
    )
    bill.payments.append(row)
    bill.credited += part.amount
    session().flush()
    if bill.outstanding or before:
        operations.want(bill, OperationKind.RECORD_PAYMENT, payment=row, at=at)
    elif bill.sent_at is not None or operations.called(bill, OperationKind.CREATE, OperationKind.SEND):
        operations.want(bill, OperationKind.CANCEL, at=at, reason=reference)
    if not bill.outstanding:
        moving.apply(bill, Move.PAY if bill.paid else Move.CANCEL, at=at)
    return part
