"""Recording what PayPal says of a bill: merge it, settle the operation, and tell what has come of it.

Merging is the only way in for an answer, whatever brought it: our own call, a webhook, a sweep. It is
idempotent, and posts to the ledger once for each payment, fee and refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from exodrive.billing import books, moving, operations, states
from exodrive.billing.models import Bill, BillPayment, OperationKind, OperationState
from exodrive.billing.ports import BillAnswer
from exodrive.billing.ports import BillPayment as PaymentAnswer
from exodrive.billing.states import Move
from exodrive.kernel.db import session
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money

# Our words for a trouble that PayPal has none for.
MISMATCH = "AMOUNT_MISMATCH"
OVERPAID = "OVERPAID"
WITHDRAWN = "WITHDRAWN_AT_PAYPAL"  # cancelled there, by nobody here
# What was wanted has happened already, or the bill is past it: read it, and go on.
ALREADY = frozenset(
    {
        "INVOICE_CANCELED_ALREADY",
        "CANNOT_CANCEL_PAID_INVOICE",
        "CANNOT_CANCEL_REFUNDED_INVOICE",
        "CANNOT_REMIND_INVOICE",
        "CANNOT_PROCESS_PAYMENTS",
        "PAYMENT_AMOUNT_GREATER_THAN_AMOUNT_DUE",
    }
)


class Fact(StrEnum):
    CREATED = "created"  # PayPal has it
    SENT = "sent"
    REMINDED = "reminded"
    PENDING = "pending"
    PAID = "paid"  # wholly or in part: the figures say how much
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    NOTED = "noted"  # PayPal knows of what was paid at the desk
    TROUBLE = "trouble"  # a person must look


MOVED = {Move.PEND: Fact.PENDING, Move.CANCEL: Fact.CANCELLED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a bill. `code` is why a person must look; `amount` what came or went, in minor units."""

    fact: Fact
    code: str | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A bill as PayPal shows it, with the fees of payments by their ids there, as far as it names them."""

    answer: BillAnswer
    fees: Mapping[str, Money] = field(default_factory=dict)


def answered(operation_id: UUID, reading: Reading | None, *, at: datetime) -> list[Outcome]:
    """Record the answer to an operation's call; a reminder is answered with nothing."""
    bill, operation = operations.locked(operation_id)
    found = _merge(bill, reading, at=at) if reading is not None else []
    if operation.state not in operations.OPEN:
        return found
    operations.settle(bill, operation, at=at)
    if operation.kind == OperationKind.REMIND:
        bill.reminded_at = at
        moving.tell(bill, moving.REMINDED, once=str(operation.id))
        found.append(Outcome(Fact.REMINDED))
    if operation.kind == OperationKind.RECORD_PAYMENT:
        found.append(Outcome(Fact.NOTED))
    return found


def read(bill_id: UUID, reading: Reading, *, at: datetime) -> list[Outcome]:
    """Record what reading a bill has shown, whoever asked for it."""
    return _merge(operations.lock(bill_id), reading, at=at)


def overtaken(operation_id: UUID, reading: Reading, code: str, *, at: datetime) -> list[Outcome]:
    """PayPal refuses since the bill is past it: what it shows counts, and the operation with it."""
    bill, operation = operations.locked(operation_id)
    found = _merge(bill, reading, at=at)
    if operation.state in operations.OPEN:
        operations.settle(bill, operation, state=OperationState.DROPPED, code=code, at=at)
    return found


def unanswered(operation_id: UUID, *, at: datetime) -> list[Outcome]:
    """A reminder whose answer was lost: it may have been mailed, so it is not mailed again."""
    bill, operation = operations.locked(operation_id)
    if operation.state in operations.OPEN:
        operations.settle(bill, operation, state=OperationState.DROPPED, code="ANSWER_LOST", at=at)
        bill.reminded_at = at
        moving.tell(bill, moving.REMINDED, once=str(operation.id))
    return []


def refused(operation_id: UUID, refusal: GatewayRejected, *, at: datetime) -> list[Outcome]:
    """Record a refusal, which wants a person."""
    bill, operation = operations.locked(operation_id)
    if operation.state not in operations.OPEN:
        return []
    operations.settle(
        bill, operation, state=OperationState.REJECTED, code=refusal.code, debug_id=refusal.reference, at=at
    )
    return _trouble(bill, refusal.code)


def _merge(bill: Bill, reading: Reading, *, at: datetime) -> list[Outcome]:
    answer = reading.answer
    if answer.amount != bill.money:
        return _trouble(bill, MISMATCH)
    found: list[Outcome] = []
    if bill.paypal_id is None:
        found.append(Outcome(Fact.CREATED))
    bill.paypal_id = answer.paypal_id
    bill.paypal_status = answer.status
    bill.view_url = answer.recipient_view_url or bill.view_url
    bill.checked_at = at
    found += _take_payments(bill, reading, at=at)
    found += _take_refunds(bill, answer, at=at)
    if bill.sent_at is None and answer.status in states.WITH_CUSTOMER:
        moving.went_out(bill, at=answer.sent_at or at)
        found.append(Outcome(Fact.SENT))
    session().flush()
    return found + follow(bill, at=at)


def _take_payments(bill: Bill, reading: Reading, *, at: datetime) -> list[Outcome]:
    """Every payment that PayPal shows and we have not; fees that were not known yet."""
    before = bill.paid
    for shown in reading.answer.payments:
        row = _known(bill, shown)
        if row is None and not _arrived(reading.answer, shown):
            continue
        row = row or _new(bill, shown, at=at)
        row.paypal_id = shown.paypal_id
        if row.fee is None and shown.paypal_id in reading.fees:
            row.fee = reading.fees[shown.paypal_id].amount
            books.post_fee(bill, row, at=at)
    if bill.paid == before:
        return []
    moving.tell(bill, moving.PAYMENT, once=f"{bill.id}/{bill.paid}")
    return [Outcome(Fact.PAID, amount=bill.paid - before)]


def _known(bill: Bill, shown: PaymentAnswer) -> BillPayment | None:
    """Our row of it: by PayPal's id, or one that was taken at the desk and has no id there yet."""
    for row in bill.payments:
        if row.paypal_id == shown.paypal_id:
            return row
    if not shown.external:
        return None
    unlinked = (row for row in bill.payments if row.external and row.paypal_id is None)
    return next((row for row in unlinked if row.amount == shown.amount.amount), None)


def _arrived(answer: BillAnswer, shown: PaymentAnswer) -> bool:
    """While the bank thinks, what is new at PayPal has not come yet; what was noted from elsewhere has."""
    return shown.external or answer.status != states.PENDING_WORD


def _new(bill: Bill, shown: PaymentAnswer, *, at: datetime) -> BillPayment:
    row = BillPayment(
        id=new_id(),
        bill_id=bill.id,
        paypal_id=shown.paypal_id,
        amount=shown.amount.amount,
        method=shown.method,
        external=shown.external,
        reference=shown.note,
        paid_at=at,
    )
    take(bill, row, at=at)
    return row


def take(bill: Bill, row: BillPayment, *, at: datetime) -> None:
    """Count a payment that has come, and post it. Money for what was given up takes that back."""
    books.post_payment(bill, row, at=at)
    bill.written_off -= books.recovered(bill, row).amount
    bill.paid += row.amount
    bill.payments.append(row)
    session().flush()


def _take_refunds(bill: Bill, answer: BillAnswer, *, at: datetime) -> list[Outcome]:
    before = bill.refunded
    for shown in answer.refunds:
        books.post_refund(bill, shown, at=at)
    bill.refunded = sum(shown.amount.amount for shown in answer.refunds)
    return [Outcome(Fact.REFUNDED, amount=bill.refunded - before)] if bill.refunded > before else []


def follow(bill: Bill, *, at: datetime) -> list[Outcome]:
    """Let the bill's state follow its figures and PayPal's word; after a deed of our own too."""
    found: list[Outcome] = []
    move = states.move_for(
        bill.state,
        word=bill.paypal_status,
        amount=bill.asked.amount,
        paid=bill.paid,
        refunded=bill.refunded,
    )
    if move is not None:
        moving.apply(bill, move, at=at)
        found += [Outcome(MOVED[move])] if move in MOVED else []
        if move is Move.CANCEL and not any(row.kind == OperationKind.CANCEL for row in bill.operations):
            found += _trouble(bill, WITHDRAWN)
    if bill.paid > bill.asked.amount:
        found += _trouble(bill, OVERPAID)
    return found


def _trouble(bill: Bill, code: str) -> list[Outcome]:
    """A trouble is told once, until a person has looked."""
    if bill.trouble == code:
        return []
    bill.trouble = code
    session().flush()
    return [Outcome(Fact.TROUBLE, code=code)]
