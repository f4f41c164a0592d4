"""PayPal's invoicing on paper: one bill there, its answers as values, recorded as the workers record them."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from exodrive.billing import operations, queries, recording
from exodrive.billing.models import Bill, OperationKind
from exodrive.billing.operations import OPEN, Request
from exodrive.billing.ports import BillAnswer, BillPayment, BillRefund
from exodrive.billing.recording import Reading
from exodrive.bookings import transitions
from exodrive.bookings.by_hand import bills
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money


def fresh(bill_id: UUID) -> Bill:
    session().expire_all()
    return queries.one(bill_id)


def kinds(bill_id: UUID) -> list[tuple[str, str]]:
    """(kind, state) of every call about a bill, in order."""
    return [(row.kind, row.state) for row in fresh(bill_id).operations]


@dataclass
class Sheet:
    """What PayPal has of a bill."""

    bill_id: UUID
    status: str = ""
    payments: list[BillPayment] = field(default_factory=list)
    refunds: list[BillRefund] = field(default_factory=list)
    fees: dict[str, Money] = field(default_factory=dict)

    def reading(self) -> Reading:
        bill = fresh(self.bill_id)
        paid = sum(row.amount.amount for row in self.payments)
        answer = BillAnswer(
            paypal_id=f"INV2-{bill.number}",
            number=bill.number,
            status=self.status,
            amount=bill.money,
            due=Money(max(bill.amount - paid, 0), bill.currency),
            paid=Money(paid, bill.currency),
            refunded=Money(sum(row.amount.amount for row in self.refunds), bill.currency),
            recipient_view_url="https://paypal.example/invoice/p/7",
            payments=tuple(self.payments),
            refunds=tuple(self.refunds),
        )
        return Reading(answer, dict(self.fees))

    def perform(self) -> list[str]:
        """PayPal does what is wanted, until nothing more is; returns the kinds in order."""
        done: list[str] = []
        while (
            wanted := next((row for row in fresh(self.bill_id).operations if row.state in OPEN), None)
        ) is not None:
            operation_id, booking_id = wanted.id, fresh(self.bill_id).booking_id
            with transaction():
                request = operations.claim(operation_id, at=clock.now())
            if request is None:
                continue
            done.append(request.kind)
            reading = self._do(request)
            with transaction():
                transitions.lock(booking_id)
                outcomes = recording.answered(operation_id, reading, at=clock.now())
                bills.follow(booking_id, self.bill_id, outcomes, at=clock.now())
        return done

    def refuse(self, code: str) -> None:
        """PayPal refuses what is wanted next."""
        bill = fresh(self.bill_id)
        operation_id = next(row.id for row in bill.operations if row.state in OPEN)
        with transaction():
            operations.claim(operation_id, at=clock.now())
        with transaction():
            transitions.lock(bill.booking_id)
            refusal = GatewayRejected(code, reference="d3b06")
            outcomes = recording.refused(operation_id, refusal, at=clock.now())
            bills.follow(bill.booking_id, self.bill_id, outcomes, at=clock.now())

    def read(self) -> None:
        """The bill is read, as after a webhook or by a sweep."""
        booking_id, reading = fresh(self.bill_id).booking_id, self.reading()
        with transaction():
            transitions.lock(booking_id)
            outcomes = recording.read(self.bill_id, reading, at=clock.now())
            bills.follow(booking_id, self.bill_id, outcomes, at=clock.now())

    def pay(self, amount: int, *, fee: int | None = None, external: bool = False) -> None:
        """Money came there; the bill is not read yet."""
        bill = fresh(self.bill_id)
        paypal_id = f"PAY-{len(self.payments) + 1}-{bill.number}"
        money = Money(amount, bill.currency)
        method = "CASH" if external else "PAYPAL"
        self.payments.append(BillPayment(paypal_id, money, method, external))
        if fee is not None:
            self.fees[paypal_id] = Money(fee, bill.currency)
        paid = sum(row.amount.amount for row in self.payments)
        self.status = "PAID" if paid >= bill.amount else "PARTIALLY_PAID"

    def give_back(self, amount: int) -> None:
        money = Money(amount, fresh(self.bill_id).currency)
        self.refunds.append(BillRefund(f"REF-{len(self.refunds) + 1}-{self.bill_id}", money, "PAYPAL", False))
        self.status = "PARTIALLY_REFUNDED"

    def _do(self, request: Request) -> Reading | None:
        match request.kind:
            case OperationKind.CREATE:
                self.status = "DRAFT"
            case OperationKind.SEND:
                self.status = "SENT"
            case OperationKind.CANCEL:
                self.status = "CANCELLED"
            case OperationKind.RECORD_PAYMENT:
                assert request.payment is not None
                self.pay(request.payment.amount.amount, external=True)
            case OperationKind.REMIND:
                return None
        return self.reading()
