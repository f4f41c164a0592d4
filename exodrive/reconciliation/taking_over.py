"""Taking PayPal's word over as any other reading does, and, where a person wants it, over our own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.billing import operations as bill_operations
from exodrive.billing import recording as bill_recording
from exodrive.bookings import payment_outcomes, transitions
from exodrive.bookings.by_hand import bills
from exodrive.bookings.models import Booking
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import opening, operations, recording, tree
from exodrive.payments.models import Authorization, Capture, Payment, Refund
from exodrive.payments.states import PaymentState
from exodrive.reconciliation import comparing, differences, keeping
from exodrive.reconciliation import reading as readings
from exodrive.reconciliation.comparing import CAPTURE, FEE, REFUND
from exodrive.reconciliation.differences import Differs
from exodrive.reconciliation.models import Difference
from exodrive.reconciliation.reading import BillReading, PaymentReading, Reading
from exodrive.reconciliation.states import BY_HAND, Cause

# The payer may have decided, and PayPal's message may have been lost.
AWAITS_PAYER = frozenset({PaymentState.ORDERED, PaymentState.APPROVED})


def conclude(
    reading: Reading, *, at: datetime, run_id: UUID | None = None, wanted: Difference | None = None
) -> bool:
    """Merge what was read, and keep what differed before and after; False where our side has moved on.

    What somebody did with money in PayPal's own pages is left as it is, until a person has it `wanted`.
    """
    booking = transitions.lock(reading.sought.booking_id)
    if isinstance(reading, BillReading):
        return _bill(reading, at=at, run_id=run_id)
    return _payment(booking, reading, at=at, run_id=run_id, wanted=wanted)


def _payment(
    booking: Booking, reading: PaymentReading, *, at: datetime, run_id: UUID | None, wanted: Difference | None
) -> bool:
    payment = tree.lock(reading.sought.id)
    if not readings.is_as_sought(payment, reading.sought):
        return False
    before = comparing.of_payment(payment, reading, booking_state=booking.state, at=at)
    if wanted is not None or _is_news(payment, before):
        _merge(payment, reading, at=at)
        payment = tree.lock(payment.id)
    if wanted is not None:
        _force(payment, reading, wanted, at=at)
    after = comparing.of_payment(payment, reading, booking_state=booking.state, at=at)
    keeping.conclude(payment, before, after, at=at, run_id=run_id)
    return True


def _is_news(payment: Payment, found: list[Differs]) -> bool:
    """Whether the reading says something that counts at once: what was done by hand waits for a person.

    A call of our own whose answer is still under way is no deed by hand. Where all is alike nothing is
    written: a payment that is at rest stays so.
    """
    if any(each.cause in BY_HAND for each in found):
        return operations.money_moves(payment)
    return bool(found) or payment.state in AWAITS_PAYER


def _merge(payment: Payment, reading: PaymentReading, *, at: datetime) -> None:
    shown = {answer.paypal_id: answer for answer in reading.orders}
    for order in list(payment.orders):
        answer = shown.get(order.paypal_id)
        if order.paypal_id not in reading.asked:
            continue
        if answer is None or opening.lapsed(answer, at=at):
            recording.expired(payment.id, order.id, at=at)
            continue
        for outcome in recording.read(payment.id, answer, at=at):
            payment_outcomes.react(outcome, at=at)
    for renewal in reading.renewals:
        for outcome in recording.read_authorization(payment.id, renewal, at=at):
            payment_outcomes.react(outcome, at=at)


def _bill(reading: BillReading, *, at: datetime, run_id: UUID | None) -> bool:
    bill = bill_operations.lock(reading.sought.id)
    if not readings.is_as_sought(bill, reading.sought):
        return False
    before = comparing.of_bill(bill, reading.shown, at=at)
    if reading.shown is not None and before:
        outcomes = bill_recording.read(bill.id, reading.shown, at=at)
        bills.follow(bill.booking_id, bill.id, outcomes, at=at)
        bill = bill_operations.lock(bill.id)
    after = comparing.of_bill(bill, reading.shown, at=at)
    keeping.conclude(bill, before, after, at=at, run_id=run_id)
    return True


def _force(payment: Payment, reading: PaymentReading, wanted: Difference, *, at: datetime) -> None:
    """Have PayPal's figure or word where ours is another, and the books with it."""
    theirs = differences.of_answers(reading.orders, reading.renewals).get(wanted.subject)
    row = _row(payment, wanted.subject)
    if row is not None and theirs is not None:
        if wanted.cause == Cause.AMOUNT_DIFFERS and theirs.amount is not None:
            row.amount = theirs.amount
        if wanted.cause == Cause.STATUS_DIFFERS and theirs.status is not None:
            row.status = theirs.status
    session().flush()
    if wanted.cause in (Cause.AMOUNT_DIFFERS, Cause.STATUS_DIFFERS, Cause.BOOKS_DIFFER):
        _correct_books(payment, wanted, at=at)
    tree.refresh_state(payment, at=at)
    session().flush()


def _row(payment: Payment, paypal_id: str) -> Authorization | Capture | Refund | None:
    captures = list(tree.captures(payment))
    rows: list[Authorization | Capture | Refund] = [*tree.authorizations(payment), *captures]
    rows += [back for row in captures for back in row.refunds]
    return next((row for row in rows if row.paypal_id == paypal_id), None)


def _correct_books(payment: Payment, wanted: Difference, *, at: datetime) -> None:
    """Post by how much the books have less or more than the payment; what is posted stays as it is."""
    account = tree.stands_on(payment.purpose)
    for part, amount in comparing.out_of_books(payment).items():
        more = Money(amount, payment.currency)
        sides = {
            CAPTURE: {Account.CLEARING: more, account: -more},
            REFUND: {Account.CLEARING: -more, account: more},
            FEE: {Account.FEES: more, Account.CLEARING: -more},
        }[part]
        postings.post(
            part,
            source=f"correction:{payment.id}:{part}:{wanted.id}",
            booking_id=payment.booking_id,
            sides=sides,
            at=at,
        )
