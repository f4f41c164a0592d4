"""Operations on a bill at PayPal: want one, claim it for the call, and settle it by its answer.

A bill's operations are done in the order in which they were wanted: a bill is sent after it was made, and
what was paid at the desk is noted after that. Whoever settles one sends the next on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from exodrive.billing.models import Bill, BillOperation, BillPayment, OperationKind, OperationState
from exodrive.billing.ports import Method
from exodrive.billing.states import DRAFT_WORD
from exodrive.billing.states import OPEN as OPEN_BILLS
from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money

WANTED = "bill.wanted"
OPEN = frozenset({OperationState.WANTED, OperationState.CALLED})
OVERTAKEN = "OVERTAKEN"  # our word for an operation that its bill needs no more


class BillNotFound(NotFound):
    code = "bill_not_found"


class OperationNotFound(NotFound):
    code = "operation_not_found"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was paid elsewhere, and is to be noted at PayPal. `known` are the payments noted there before."""

    amount: Money
    method: Method
    at: datetime
    reference: str
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker needs to make the call, read in one transaction and used outside of any."""

    operation_id: UUID
    bill_id: UUID
    booking_id: UUID
    kind: OperationKind
    number: str
    called_before: bool
    paypal_id: str | None
    payment: Recorded | None = None


def lock(bill_id: UUID) -> Bill:
    """The bill with its payments and operations, locked; its booking is locked before it.

    Raises BillNotFound.
    """
    found = (
        session()
        .scalars(
            select(Bill)
            .where(Bill.id == bill_id)
            .options(selectinload(Bill.payments), selectinload(Bill.operations))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if found is None:
        raise BillNotFound(str(bill_id))
    return found


def locked(operation_id: UUID) -> tuple[Bill, BillOperation]:
    """The operation under its bill's lock, which guards them all. Raises OperationNotFound."""
    bill_id = session().scalar(select(BillOperation.bill_id).where(BillOperation.id == operation_id))
    if bill_id is None:
        raise OperationNotFound(str(operation_id))
    bill = lock(bill_id)
    return bill, next(row for row in bill.operations if row.id == operation_id)


def want(
    bill: Bill,
    kind: OperationKind,
    *,
    at: datetime,
    payment: BillPayment | None = None,
    reason: str | None = None,
) -> BillOperation:
    """Write down that a call is wanted; an open one of the same kind is returned.

    Payments that are to be noted are each one of their own. The bill must be locked by the caller.
    """
    before = [row for row in bill.operations if row.state in OPEN]
    for row in before:
        if row.kind == kind and payment is None:
            return row
    operation = BillOperation(
        id=new_id(),
        bill_id=bill.id,
        kind=kind,
        state=OperationState.WANTED,
        payment_id=payment.id if payment else None,
        reason=reason,
        created_at=at,
    )
    bill.operations.append(operation)
    session().flush()
    if not before:
        _send_on_its_way(bill, operation)
    return operation


def claim(operation_id: UUID, *, at: datetime) -> Request | None:
    """Mark the operation as called and return its request; None if it is settled, or needed no more.

    Raises OperationNotFound.
    """
    bill, operation = locked(operation_id)
    if operation.state not in OPEN:
        return None
    if operation.state == OperationState.WANTED and not needed(bill, operation):
        settle(bill, operation, state=OperationState.DROPPED, code=OVERTAKEN, at=at)
        return None
    called_before = operation.state == OperationState.CALLED
    operation.state = OperationState.CALLED
    operation.called_at = operation.called_at or at
    session().flush()
    return Request(
        operation_id=operation.id,
        bill_id=bill.id,
        booking_id=bill.booking_id,
        kind=OperationKind(operation.kind),
        number=bill.number,
        called_before=called_before,
        paypal_id=bill.paypal_id,
        payment=_recorded(bill, operation),
    )


def needed(bill: Bill, operation: BillOperation) -> bool:
    """Whether the bill still asks for it: what was cancelled before it was made is never made."""
    wanted = bill.state in OPEN_BILLS and bool(bill.outstanding)
    with_customer = bill.paypal_status not in (None, DRAFT_WORD)
    match operation.kind:
        case OperationKind.CREATE:
            return wanted and bill.paypal_id is None
        case OperationKind.SEND:
            return wanted and bill.paypal_status == DRAFT_WORD
        case OperationKind.REMIND:
            return wanted and with_customer
        case OperationKind.CANCEL:  # PayPal withdraws no draft, and nothing of which it has noted a part
            return with_customer and not any(row.paypal_id for row in bill.payments)
        case _:
            return with_customer


def settle(
    bill: Bill,
    operation: BillOperation,
    *,
    at: datetime,
    state: OperationState = OperationState.DONE,
    code: str | None = None,
    debug_id: str | None = None,
) -> None:
    """Close the operation, and send the bill's next one on its way."""
    operation.state = state
    operation.code = code
    operation.debug_id = debug_id
    operation.settled_at = at
    session().flush()
    following = next((row for row in bill.operations if row.state in OPEN), None)
    if following is not None:
        _send_on_its_way(bill, following)


def under_way(bill: Bill, *kinds: OperationKind) -> bool:
    """Whether a call of one of these kinds is open."""
    return any(row.state in OPEN and row.kind in kinds for row in bill.operations)


def called(bill: Bill, *kinds: OperationKind) -> bool:
    """Whether PayPal may have heard of one of these, and has not answered."""
    return any(row.state == OperationState.CALLED and row.kind in kinds for row in bill.operations)


def _send_on_its_way(bill: Bill, operation: BillOperation) -> None:
    outbox.emit(WANTED, subject_id=bill.booking_id, operation_id=str(operation.id))


def _recorded(bill: Bill, operation: BillOperation) -> Recorded | None:
    row = next((row for row in bill.payments if row.id == operation.payment_id), None)
    if row is None:
        return None
    return Recorded(
        amount=Money(row.amount, bill.currency),
        method=Method(row.method),
        at=row.paid_at,
        reference=row.reference,
        known=frozenset(each.paypal_id for each in bill.payments if each.paypal_id),
    )
