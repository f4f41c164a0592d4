"""What a worker has to ask PayPal, and what came back. Read in a transaction, used outside of any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from exodrive.billing.models import Bill
from exodrive.billing.recording import Reading as Shown
from exodrive.kernel.db import session
from exodrive.payments import states, tree
from exodrive.payments.models import Payment
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer
from exodrive.reconciliation.models import SubjectKind

# How a bill was when it was sought: whatever moves it moves one of these.
BillState = tuple[int, datetime, int, int]


@dataclass(frozen=True, slots=True)
class SoughtPayment:
    """A payment to be read. `seen_at` is how old our side was then."""

    id: UUID
    booking_id: UUID
    seen_at: datetime
    orders: tuple[str, ...]
    renewals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoughtBill:
    """A bill to be read, with the payments whose fee we know by its id there."""

    id: UUID
    booking_id: UUID
    seen: BillState
    paypal_id: str | None
    number: str
    fees_known: frozenset[str]


@dataclass(frozen=True, slots=True)
class PaymentReading:
    """What PayPal answered for one payment; what it no longer knows is not among it."""

    sought: SoughtPayment
    orders: Sequence[OrderAnswer] = field(default=())
    renewals: Sequence[AuthorizationAnswer] = field(default=())

    @property
    def asked(self) -> frozenset[str]:
        return frozenset(self.sought.orders)


@dataclass(frozen=True, slots=True)
class BillReading:
    """What PayPal answered for one bill; None where it has none."""

    sought: SoughtBill
    shown: Shown | None


Sought = SoughtPayment | SoughtBill
Reading = PaymentReading | BillReading


def sought(kind: str, subject_id: UUID) -> Sought | None:
    """What to ask of a payment or a bill; None where there is no such thing any more."""
    if kind == SubjectKind.BILL:
        bill = session().scalar(
            select(Bill).where(Bill.id == subject_id).options(selectinload(Bill.payments))
        )
        return None if bill is None else _bill(bill)
    payment = session().scalar(select(Payment).where(Payment.id == subject_id).options(tree.WHOLE))
    return None if payment is None else _payment(payment)


def is_as_sought(row: Payment | Bill, wanted: Sought) -> bool:
    """Whether our side is still the one that PayPal's was read for; otherwise it is read once more."""
    if isinstance(row, Bill):
        return isinstance(wanted, SoughtBill) and wanted.seen == _state(row)
    return isinstance(wanted, SoughtPayment) and wanted.seen_at == row.updated_at


def _payment(payment: Payment) -> SoughtPayment:
    # PayPal forgets an order that nobody approved.
    known = [order.paypal_id for order in payment.orders if order.status != states.EXPIRED_ORDER]
    renewals = [row.paypal_id for row in tree.authorizations(payment) if row.parent_id is not None]
    return SoughtPayment(payment.id, payment.booking_id, payment.updated_at, tuple(known), tuple(renewals))


def _bill(bill: Bill) -> SoughtBill:
    fees = frozenset(row.paypal_id for row in bill.payments if row.paypal_id and row.fee is not None)
    return SoughtBill(bill.id, bill.booking_id, _state(bill), bill.paypal_id, bill.number, fees)


def _state(bill: Bill) -> BillState:
    return bill.version, bill.checked_at, bill.paid, bill.refunded
