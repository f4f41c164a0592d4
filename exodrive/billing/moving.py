"""Applying a move to a bill: the one place that sets its state."""

from __future__ import annotations

from datetime import datetime, timedelta

from exodrive.billing.models import Bill
from exodrive.billing.states import NEXT, OPEN, BillState, Move
from exodrive.house import queries as house
from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict

SENT, REMINDED, PAYMENT, CANCELLED = "bill.sent", "bill.reminded", "bill.payment_received", "bill.cancelled"


class BillMoveImpossible(Conflict):
    """The bill's state does not allow this any more, or not yet."""

    code = "bill_move_impossible"

    def __init__(self, state: BillState, move: Move) -> None:
        super().__init__(f"{move} is impossible in {state}")
        self.state = state
        self.move = move


def apply(bill: Bill, move: Move, *, at: datetime) -> None:
    """Move a locked bill on. Raises BillMoveImpossible where the table knows no such row."""
    before = BillState(bill.state)
    if (before, move) not in NEXT:
        raise BillMoveImpossible(before, move)
    bill.state = NEXT[before, move]
    bill.version += 1
    if bill.state not in OPEN:
        bill.remind_at = None
    match move:
        case Move.PAY:
            bill.paid_at = at
        case Move.CANCEL:
            bill.cancelled_at = at
        case Move.WRITE_OFF:
            bill.written_off_at = at
    session().flush()
    if move is Move.CANCEL:
        tell(bill, CANCELLED, once=str(bill.id))


def went_out(bill: Bill, *, at: datetime) -> None:
    """The customer has the bill from now on: the reminders count from here."""
    bill.sent_at = at
    rules = house.rulebook(at).bills
    if rules.reminders and rules.remind_every_days:
        bill.remind_at = at + timedelta(days=rules.remind_every_days)
    tell(bill, SENT, once=str(bill.id))


def plan_reminder(bill: Bill, *, at: datetime) -> None:
    """One more reminder is on its way; the next one follows after the policy's days, up to its number."""
    bill.reminders += 1
    rules = house.rulebook(at).bills
    more = bill.reminders < rules.reminders and rules.remind_every_days
    bill.remind_at = at + timedelta(days=rules.remind_every_days) if more else None


def tell(bill: Bill, event: str, *, once: str) -> None:
    """Have the customer written to; `once` tells two letters of the same kind apart."""
    outbox.emit(
        event, subject_id=bill.booking_id, booking_id=str(bill.booking_id), bill_id=str(bill.id), once=once
    )
