"""Opening a bill: written down, and on its way to the customer by way of PayPal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exodrive.billing import operations
from exodrive.billing.models import Bill, OperationKind
from exodrive.billing.states import BillState
from exodrive.house import queries as house
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id, new_reference
from exodrive.kernel.money import Money, total

PREFIX = "B"
NUMBER_LENGTH = 10  # 50 bits: PayPal's account may have seen bills of a database that is gone


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to pay."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class BillLine:
    """What is to be paid: a code with parameters, put into words where it is shown."""

    code: str
    params: dict[str, Any]
    amount: Money


def open_bill(
    booking_id: UUID,
    *,
    recipient: Recipient,
    lines: Sequence[BillLine],
    note: str,
    at: datetime,
    cause: str | None = None,
    invoice_id: UUID | None = None,
) -> Bill:
    """Open a bill and have it sent; the one that was opened for this `cause` before, where there is one.

    A `cause` is unique in the house, such as `settlement:<booking>`; without one each call opens a bill. What
    is billed must be posted as a receivable by the caller, and stand on an invoice: on that of `invoice_id`,
    where there is one already. The booking must be locked by the caller. Raises
    ValueError where the lines come to nothing or are of two currencies: a fault of the caller.
    """
    found = of_cause(cause) if cause else None
    if found is not None:
        return found
    amount = total((line.amount for line in lines), currency=lines[0].amount.currency)
    if amount.amount <= 0:
        raise ValueError("a bill asks for more than nothing")
    bill = Bill(
        id=(bill_id := new_id()),
        booking_id=booking_id,
        invoice_id=invoice_id,
        cause=cause or f"bill:{bill_id}",
        number=new_reference(PREFIX, length=NUMBER_LENGTH),
        state=BillState.DRAFT,
        currency=amount.currency,
        amount=amount.amount,
        lines=[[line.code, dict(line.params), line.amount.amount] for line in lines],
        note=note,
        recipient_name=recipient.name,
        recipient_email=recipient.email,
        due_at=at + timedelta(days=house.rulebook(at).bills.due_days),
        checked_at=at,
        created_at=at,
        payments=[],
        operations=[],
    )
    session().add(bill)
    session().flush()
    operations.want(bill, OperationKind.CREATE, at=at)
    operations.want(bill, OperationKind.SEND, at=at)
    return bill


def of_cause(cause: str) -> Bill | None:
    """The bill that was opened for this."""
    return session().scalars(select(Bill).where(Bill.cause == cause)).first()


def lines_of(bill: Bill) -> list[BillLine]:
    """The bill's lines as they were written down."""
    return [BillLine(code, params, Money(amount, bill.currency)) for code, params, amount in bill.lines]
