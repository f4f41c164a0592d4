"""Our side of a payment or bill beside PayPal's reading, our own books, and calls without an outcome."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import select

from exodrive.billing.models import Bill
from exodrive.billing.models import OperationState as BillOperationState
from exodrive.billing.recording import Reading as BillReading
from exodrive.bookings.states import State
from exodrive.kernel.db import session
from exodrive.ledger.models import Account, Entry, Posting
from exodrive.payments import operations, states, tree
from exodrive.payments.models import OperationState, Payment
from exodrive.reconciliation import differences
from exodrive.reconciliation.differences import Differs
from exodrive.reconciliation.reading import PaymentReading
from exodrive.reconciliation.states import Cause

# A call that has had no answer for so long is one that nobody settles any more.
UNSETTLED = timedelta(hours=1)
# What a booking that came to one of these has held is let go of by itself.
OVER = frozenset({State.EXPIRED, State.CANCELLED, State.NO_SHOW, State.CLOSED})
CAPTURE, REFUND, FEE = "capture", "refund", "fee"
PARTS = (CAPTURE, REFUND, FEE)


def of_payment(
    payment: Payment, reading: PaymentReading, *, booking_state: str, at: datetime
) -> list[Differs]:
    """What differs now. The payment must be locked by the caller."""
    ours = differences.of_orders(order for order in payment.orders if order.paypal_id in reading.asked)
    theirs = differences.of_answers(reading.orders, reading.renewals)
    return [
        *differences.between(ours, theirs),
        *_of_books(payment),
        *_unsettled(payment, at=at),
        *_forgotten(payment, booking_state=booking_state),
    ]


def of_bill(bill: Bill, reading: BillReading | None, *, at: datetime) -> list[Differs]:
    """What differs now. The bill must be locked by the caller."""
    unsettled = [
        Differs(Cause.OUTCOME_UNKNOWN, str(row.id), our_word=row.kind)
        for row in bill.operations
        if row.state == BillOperationState.CALLED and row.called_at and row.called_at < at - UNSETTLED
    ]
    return [
        *differences.between(differences.of_bill(bill), differences.of_bill_answer(reading)),
        *unsettled,
    ]


def out_of_books(payment: Payment) -> dict[str, int]:
    """By how much the ledger has less than our own tree, of what was taken, given back and kept as a fee."""
    wanted, posted = in_tree(payment), in_books(payment)
    return {part: wanted[part] - posted[part] for part in PARTS if wanted[part] != posted[part]}


def in_tree(payment: Payment) -> Counter[str]:
    settled = [row for row in tree.captures(payment) if row.status in states.SETTLED_CAPTURES]
    return Counter(
        {
            CAPTURE: tree.captured(payment).amount,
            REFUND: tree.refunded(payment).amount,
            FEE: sum(row.fee or 0 for row in settled),
        }
    )


def in_books(payment: Payment) -> Counter[str]:
    """What the ledger has of this payment, told by the second word of each posting's cause."""
    ids = {str(payment.id)}
    for row in tree.captures(payment):
        ids |= {row.paypal_id, *(back.paypal_id for back in row.refunds)}
    rows = session().execute(
        select(Posting.kind, Posting.source, Entry.account, Entry.amount)
        .join(Entry, Entry.posting_id == Posting.id)
        .where(Posting.booking_id == payment.booking_id, Posting.kind.in_(PARTS))
    )
    found: Counter[str] = Counter()
    for kind, source, account, amount in rows:
        if source.split(":")[1] not in ids:
            continue
        if account == Account.FEES:
            found[FEE] += amount
        elif account == tree.stands_on(payment.purpose):
            found[kind] += -amount if kind == CAPTURE else amount
    return found


def _of_books(payment: Payment) -> list[Differs]:
    wanted, posted = in_tree(payment), in_books(payment)
    return [
        Differs(Cause.BOOKS_DIFFER, f"{payment.id}:{part}", ours=posted[part], theirs=wanted[part])
        for part in out_of_books(payment)
    ]


def _unsettled(payment: Payment, *, at: datetime) -> list[Differs]:
    return [
        Differs(Cause.OUTCOME_UNKNOWN, str(row.id), ours=row.amount, our_word=row.kind)
        for row in payment.operations
        if row.state == OperationState.CALLED and row.called_at and row.called_at < at - UNSETTLED
    ]


def _forgotten(payment: Payment, *, booking_state: str) -> list[Differs]:
    """A hold that nothing will let go of: its booking has ended, and no call is on its way."""
    held = tree.live_authorization(payment)
    if held is None or booking_state not in OVER or operations.money_moves(payment):
        return []
    return [
        Differs(
            Cause.HOLD_FORGOTTEN,
            held.paypal_id,
            ours=0,
            theirs=tree.left(held).amount,
            their_word=held.status,
        )
    ]
