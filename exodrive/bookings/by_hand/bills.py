"""A booking's bills in the hands of people: opened, sent again, reminded of, withdrawn, paid, given up.

PayPal carries them: what is wanted is written down here, and a worker calls. Money taken at the desk counts
at once, whether or not PayPal has noted it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from exodrive.billing import books, moving, opening, operations, queries, recording
from exodrive.billing.models import Bill, BillPayment, OperationKind
from exodrive.billing.opening import BillLine, Recipient
from exodrive.billing.ports import Method
from exodrive.billing.recording import Fact, Outcome
from exodrive.billing.states import OPEN, BillState, Move, allowed
from exodrive.bookings import attention, transitions
from exodrive.bookings.by_hand import bill_papers, purse
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.actors import PAYPAL, SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money, total

CHECK = "bill.check"
# States in which what is owed is asked for by a bill; before them it is held or taken by PayPal's orders.
BILLED = frozenset({State.RETURNED, State.CLOSED, State.CANCELLED, State.NO_SHOW})
LARGEST = 2**31 - 1  # minor units that a row of ours keeps; PayPal takes less
PAYABLE = frozenset(OPEN) - {BillState.PENDING}


class BillTooEarly(Conflict):
    """The rental is not over: what it costs is taken by its payments."""

    code = "bill_too_early"


class BillBusy(Conflict):
    """PayPal has not answered yet to what was asked before, or the customer's bank has not."""

    code = "bill_busy"


class Taken(StrEnum):
    """How money came outside of PayPal."""

    CASH = "cash"
    TERMINAL = "terminal"
    TRANSFER = "transfer"


METHODS = {
    Taken.CASH: Method.CASH,
    Taken.TERMINAL: Method.CREDIT_CARD,
    Taken.TRANSFER: Method.BANK_TRANSFER,
}


def open_by_hand(
    booking_id: UUID,
    *,
    lines: Sequence[BillLine],
    note: str,
    reason: str | None = None,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Bill:
    """Bill a booking that is over: first what it owes already; what goes beyond has an invoice of its own.

    Raises BillTooEarly, NoAmount, AmountBeyond, Stale or BookingNotFound.
    """
    booking = transitions.lock(booking_id, version=version)
    renter = booking.renter
    if booking.state not in BILLED or renter is None:
        raise BillTooEarly
    if any(line.amount.currency != booking.currency for line in lines):
        raise purse.NoAmount
    amount = total((line.amount for line in lines), currency=booking.currency)
    purse.check_amount(amount, most=Money(LARGEST, booking.currency))
    found = bill_papers.parts(booking, lines)
    bill = opening.open_bill(
        booking.id, recipient=Recipient(renter.name, renter.email), lines=lines, note=note, at=at
    )
    invoice = bill_papers.issue(booking, bill, found, at=at)
    if invoice is not None:
        transitions.note(booking, "invoice.issued", by=by, at=at, reason=reason, number=invoice.number)
    _note(booking, bill, "bill.opened", by=by, at=at, reason=reason, amount=bill.amount)
    return bill


def send_again(bill_id: UUID, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Have the bill made and mailed once more: at PayPal where that was refused, and by our own letter.

    Raises BillMoveImpossible, BillNotFound or Stale.
    """
    booking, bill = locked(bill_id, version=version)
    if bill.state not in OPEN:
        raise moving.BillMoveImpossible(BillState(bill.state), Move.SEND)
    bill.trouble = None
    if bill.sent_at is None:
        if bill.paypal_id is None:
            operations.want(bill, OperationKind.CREATE, at=at)
        operations.want(bill, OperationKind.SEND, at=at)
    else:
        moving.tell(bill, moving.SENT, once=str(new_id()))
    _note(booking, bill, "bill.sent_again", by=by, at=at)


def look_again(bill_id: UUID) -> None:
    """Have PayPal asked how the bill stands there. Raises BillNotFound."""
    _, bill = locked(bill_id)
    outbox.emit(CHECK, subject_id=bill.booking_id, bill_id=str(bill.id))


def remind(
    bill_id: UUID, *, by: Actor = SYSTEM, at: datetime, reason: str | None = None, version: int | None = None
) -> None:
    """Remind the customer, by PayPal and by our own letter. Normal twice while PayPal is asked.

    Raises BillMoveImpossible where nobody owes anything, BillNotFound or Stale.
    """
    booking, bill = locked(bill_id, version=version)
    if bill.state not in PAYABLE or bill.sent_at is None:
        raise moving.BillMoveImpossible(BillState(bill.state), Move.SEND)
    if operations.under_way(bill, OperationKind.REMIND):
        return
    bill.trouble = None
    moving.plan_reminder(bill, at=at)
    operations.want(bill, OperationKind.REMIND, at=at, reason=reason)
    _note(booking, bill, "bill.reminder_wanted", by=by, at=at, reason=reason)


def cancel(bill_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> None:
    """Withdraw a bill of which nothing was paid. What it asked for is still owed, until it is given up.

    One that the customer has is withdrawn once PayPal has done it. Raises BillMoveImpossible, BillBusy,
    BillNotFound or Stale.
    """
    booking, bill = locked(bill_id, version=version)
    if not cancellable(bill):
        raise moving.BillMoveImpossible(BillState(bill.state), Move.CANCEL)
    _check_quiet(bill)
    bill.trouble = None
    if bill.sent_at is None:
        moving.apply(bill, Move.CANCEL, at=at)
        action = "bill.cancelled"
    else:
        operations.want(bill, OperationKind.CANCEL, at=at, reason=reason)
        action = "bill.cancel_wanted"
    _note(booking, bill, action, by=by, at=at, reason=reason)


def cancellable(bill: Bill) -> bool:
    """Whether nothing came of it and nothing was taken off, which PayPal would have noted."""
    return allowed(bill.state, Move.CANCEL) and not bill.payments


def record_payment(
    bill_id: UUID,
    *,
    amount: Money,
    method: Taken,
    reference: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> BillPayment:
    """Money came at the desk or at the bank: it counts from now on, and PayPal is told.

    Raises NoAmount, AmountBeyond, BillMoveImpossible, BillBusy, BillNotFound or Stale.
    """
    booking, bill = locked(bill_id, version=version)
    if bill.state not in PAYABLE:
        raise moving.BillMoveImpossible(BillState(bill.state), Move.PAY)
    if operations.under_way(bill, OperationKind.CANCEL):
        raise BillBusy
    purse.check_amount(amount, most=bill.outstanding)
    row = BillPayment(
        id=new_id(),
        bill_id=bill.id,
        amount=amount.amount,
        method=METHODS[method],
        external=True,
        reference=reference,
        taken_by=by.name,
        paid_at=at,
    )
    recording.take(bill, row, at=at)
    recording.follow(bill, at=at)
    moving.tell(bill, moving.PAYMENT, once=f"{bill.id}/{bill.paid}")
    operations.want(bill, OperationKind.RECORD_PAYMENT, payment=row, at=at)
    _note(
        booking, bill, "bill.payment_recorded", by=by, at=at, reason=reference or None,
        amount=amount.amount, method=method,
    )  # fmt: skip
    return row


def write_off(bill_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> Money:
    """Give up what is still owed on a bill, for a reason; returns how much. PayPal's page is closed with it.

    Raises BillMoveImpossible, BillBusy, BillNotFound or Stale.
    """
    booking, bill = locked(bill_id, version=version)
    if not allowed(bill.state, Move.WRITE_OFF):
        raise moving.BillMoveImpossible(BillState(bill.state), Move.WRITE_OFF)
    _check_quiet(bill)
    rest = bill.outstanding
    bill.trouble = None
    bill.written_off += rest.amount
    books.post_write_off(bill, rest, at=at)
    was_open = bill.state in OPEN
    moving.apply(bill, Move.WRITE_OFF, at=at)
    if was_open and bill.sent_at is not None and not bill.paid:
        operations.want(bill, OperationKind.CANCEL, at=at, reason=reason)
    _note(booking, bill, "bill.written_off", by=by, at=at, reason=reason, amount=rest.amount)
    return rest


def follow(booking_id: UUID, bill_id: UUID, outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Let the booking know what has come of its bill; a trouble calls for a person."""
    booking = transitions.lock(booking_id)
    bill = operations.lock(bill_id)
    for outcome in outcomes:
        if outcome.fact is Fact.CREATED:
            continue
        _note(
            booking, bill, f"bill.{outcome.fact}", by=PAYPAL, at=at, code=outcome.code, amount=outcome.amount
        )
        if outcome.fact is Fact.REFUNDED:
            bill_papers.follow_refund(booking, bill, Money(outcome.amount or 0, bill.currency), at=at)
        if outcome.fact is Fact.TROUBLE:
            attention.call_for(booking, Attention.BILL_TROUBLE)


def lock_booking(booking_id: UUID) -> None:
    """Lock a booking before its bill: who records an answer holds both."""
    transitions.lock(booking_id)


def locked(bill_id: UUID, *, version: int | None = None) -> tuple[Booking, Bill]:
    """The bill with its booking, which is locked first. Raises BillNotFound or Stale."""
    owner = queries.booking_of(bill_id)
    if owner is None:
        raise operations.BillNotFound(str(bill_id))
    booking = transitions.lock(owner, version=version)
    return booking, operations.lock(bill_id)


def _check_quiet(bill: Bill) -> None:
    """A call that is on its way must not be overtaken: the customer may have the bill in this moment."""
    sending = (OperationKind.CREATE, OperationKind.SEND, OperationKind.CANCEL, OperationKind.RECORD_PAYMENT)
    if operations.called(bill, *sending) or operations.under_way(bill, OperationKind.CANCEL):
        raise BillBusy


def _note(
    booking: Booking,
    bill: Bill,
    action: str,
    *,
    by: Actor,
    at: datetime,
    reason: str | None = None,
    **data: object,
) -> None:
    session().flush()
    transitions.note(
        booking, action, by=by, at=at, reason=reason, bill=str(bill.id), number=bill.number,
        currency=bill.currency, **data,
    )  # fmt: skip
