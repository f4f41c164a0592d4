"""PayPal's invoices in this process: sent, and paid by their recipients after a while, or not."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta

from exodrive.billing.ports import BillAnswer, BillFee, BillPayment, BillRequest
from exodrive.kernel import clock
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money, total
from tests.clockwork.branches import Branch


class Biller:
    """What `factory.bill_gateway` gives in the proof, in which nobody pays a bill at the counter."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._number = itertools.count(1)
        self._by_number: dict[str, str] = {}
        self._by_payment: dict[str, str] = {}
        self._by_reference: defaultdict[str, list[str]] = defaultdict(list)
        self.bills: dict[str, BillAnswer] = {}
        self.took: Counter[Branch] = Counter()

    def next_number(self) -> str:
        return f"BILL-{next(self._number):05d}"

    def create(self, request: BillRequest) -> BillAnswer:
        known = self.find(request.number)
        if known is not None:
            return known
        currency = request.items[0].amount.currency
        amount = total((item.amount for item in request.items), currency=currency)
        bill_id = f"INV2-{next(self._number):09d}"
        self.bills[bill_id] = BillAnswer(
            bill_id,
            request.number,
            "DRAFT",
            amount,
            due=amount,
            paid=Money.zero(currency),
            refunded=Money.zero(currency),
            reference=request.reference,
            recipient_view_url=f"https://paypal.example/invoice/{bill_id}",
            created_at=clock.now(),
        )
        self._by_number[request.number] = bill_id
        self._by_reference[request.reference].append(bill_id)
        self.took[Branch.BILLED] += 1
        return self.bills[bill_id]

    def show(self, bill_id: str) -> BillAnswer:
        """As it stands; of a hundred that were sent days ago, ninety are paid when they are looked at."""
        bill = self.bills[bill_id]
        waited = bill.sent_at is not None and clock.now() - bill.sent_at > timedelta(days=2)
        if bill.status == "SENT" and waited and self._chance.random() < 0.9:
            payment = BillPayment(f"P{next(self._number):09d}", bill.due, "PAYPAL", external=False)
            bill = replace(
                bill, status="PAID", paid=bill.amount, due=bill.due - bill.due, payments=(payment,)
            )
            self.bills[bill_id] = bill
            self._by_payment[payment.paypal_id] = bill_id
            self.took[Branch.BILL_PAID] += 1
        return bill

    def find(self, number: str) -> BillAnswer | None:
        bill_id = self._by_number.get(number)
        return self.bills[bill_id] if bill_id else None

    def send(self, bill_id: str, *, subject: str, note: str) -> BillAnswer:
        bill = self.bills[bill_id]
        if bill.status == "DRAFT":
            self.bills[bill_id] = replace(bill, status="SENT", sent_at=clock.now())
        return self.bills[bill_id]

    def remind(self, bill_id: str, *, subject: str, note: str) -> None:
        if self.bills[bill_id].status != "SENT":
            raise GatewayRejected("CANNOT_REMIND_INVOICE")

    def cancel(self, bill_id: str, *, subject: str, note: str) -> BillAnswer:
        self.bills[bill_id] = replace(self.bills[bill_id], status="CANCELLED", cancelled_at=clock.now())
        return self.bills[bill_id]

    def fee_of(self, payment_id: str) -> BillFee | None:
        bill = self.bills[self._by_payment[payment_id]]
        return BillFee(bill.paid, _fee(bill.paid))

    def net(self, reference: str) -> int:
        """What PayPal has of a booking's bills for the house, without its fees, in minor units."""
        mine = [bill for bill_id in self._by_reference[reference] if (bill := self.bills[bill_id]).paid]
        return sum((bill.paid - _fee(bill.paid)).amount for bill in mine)


def _fee(amount: Money) -> Money:
    return Money(amount.amount * 349 // 10_000 + 49, amount.currency)
