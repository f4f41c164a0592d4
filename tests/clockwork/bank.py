"""PayPal in this process, by its rules of time, with a temper.

An authorization is honoured for 3 days and dead at 29; it is renewed once, from day 4, always from the
original; a refund comes within 180 days. Whatever the house asks for against these rules is remembered in
`faults`: it must never ask. What a bank may refuse at any time, it refuses now and then.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from exodrive.kernel import clock
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.payments.ports import (
    AuthorizationAnswer,
    CaptureAnswer,
    OrderAnswer,
    OrderRequest,
    RefundAnswer,
)
from tests.clockwork.branches import Branch

HONOUR = timedelta(days=3)
RENEWABLE_FROM = timedelta(days=4)
LIFE = timedelta(days=29)
REFUNDABLE_FOR = timedelta(days=180)
LIVE = ("CREATED", "PARTIALLY_CAPTURED")


@dataclass
class Hold:
    """An authorization; `renews` is the original of a renewal. The house does not know `ends_at`."""

    paypal_id: str
    order_id: str
    amount: Money
    created_at: datetime
    dead_at: datetime
    status: str = "CREATED"
    renews: str | None = None
    renewed: bool = False
    ends_at: datetime | None = None
    captures: list[CaptureAnswer] = field(default_factory=list)

    @property
    def honoured_until(self) -> datetime:
        return self.created_at + HONOUR

    def left(self) -> int:
        return self.amount.amount - sum(row.amount.amount for row in self.captures)

    def ended_early(self, at: datetime) -> bool:
        """Whether the bank has let it go before its time, which nobody could foresee."""
        return self.ends_at is not None and self.ends_at <= at < self.dead_at


@dataclass
class Temper:
    """How often, of a hundred, the bank refuses what it may refuse, or lets go of a hold before its time."""

    decline: int = 4
    capture: int = 3
    capture_after_honour: int = 12
    renewal: int = 8
    early_end: int = 3


class Bank:
    """What `exodrive.providers.factory.payment_gateway` gives in the proof."""

    def __init__(self, chance: random.Random, temper: Temper | None = None) -> None:
        self._chance = chance
        self._temper = temper or Temper()
        self._number = itertools.count(1)
        self._answers: dict[str, object] = {}
        self._of_order: defaultdict[str, list[Hold]] = defaultdict(list)
        self._refunds_of: defaultdict[str, list[RefundAnswer]] = defaultdict(list)
        self._captures: dict[str, CaptureAnswer] = {}
        self._orders_of: defaultdict[str, list[str]] = defaultdict(list)  # by the booking's reference
        self._ending: list[Hold] = []
        self.orders: dict[str, OrderAnswer] = {}
        self.holds: dict[str, Hold] = {}
        self.refunds: dict[str, RefundAnswer] = {}
        self.faults: list[str] = []
        self.took: Counter[Branch] = Counter()

    # the payer

    def approve(self, order_id: str) -> None:
        """The payer says yes on PayPal's page, in time."""
        order = self.orders[order_id]
        if order.status == "PAYER_ACTION_REQUIRED":
            self.orders[order_id] = replace(order, status="APPROVED")

    # the house

    def create_order(self, request: OrderRequest) -> OrderAnswer:
        known = self._answers.get(request.request_id)
        if isinstance(known, OrderAnswer):
            return self.show_order(known.paypal_id)
        order_id = self._id("O")
        made = OrderAnswer(
            order_id,
            "PAYER_ACTION_REQUIRED",
            request.amount,
            reference=request.reference,
            approve_url=f"https://paypal.example/checkoutnow?token={order_id}",
            created_at=clock.now(),
        )
        self.orders[order_id] = made
        self._orders_of[request.reference].append(order_id)
        self._answers[request.request_id] = made
        return made

    def show_order(self, order_id: str) -> OrderAnswer:
        holds = self._of_order[order_id]
        captures = [row for hold in holds for row in hold.captures]
        return replace(
            self.orders[order_id],
            authorizations=tuple(self._shown(hold) for hold in holds if hold.renews is None),
            captures=tuple(captures),
            refunds=tuple(row for taken in captures for row in self._refunds_of[taken.paypal_id]),
        )

    def patch_order(self, order_id: str, *, amount: Money) -> OrderAnswer:
        if self.orders[order_id].status != "PAYER_ACTION_REQUIRED":
            raise GatewayRejected("ORDER_ALREADY_COMPLETED")
        self.orders[order_id] = replace(self.orders[order_id], amount=amount)
        return self.show_order(order_id)

    def authorize(self, order_id: str, *, request_id: str) -> OrderAnswer:
        if request_id in self._answers:
            return self.show_order(order_id)
        if self.orders[order_id].status != "APPROVED":
            raise GatewayRejected("ORDER_NOT_APPROVED")
        if self._happens(self._temper.decline):
            raise self._refused("INSTRUMENT_DECLINED", Branch.DECLINED)
        at = clock.now()
        hold = Hold(self._id("A"), order_id, self.orders[order_id].amount, at, at + LIFE)
        if self._happens(self._temper.early_end):
            hold.ends_at = at + LIFE * self._chance.uniform(0.01, 0.95)
            self._ending.append(hold)
        self._keep(hold, request_id)
        self.orders[order_id] = replace(self.orders[order_id], status="COMPLETED")
        return self.show_order(order_id)

    def show_authorization(self, authorization_id: str) -> AuthorizationAnswer:
        return self._shown(self.holds[authorization_id])

    def capture(
        self,
        authorization_id: str,
        *,
        amount: Money,
        invoice_id: str,
        final: bool,
        request_id: str,
        note: str = "",
    ) -> CaptureAnswer:
        known = self._answers.get(request_id)
        if isinstance(known, CaptureAnswer):
            return known
        hold, at = self.holds[authorization_id], clock.now()
        if at >= hold.dead_at:
            raise self._fault(
                "AUTHORIZATION_EXPIRED", f"capture on {authorization_id}, dead for {at - hold.dead_at}"
            )
        if hold.renewed:
            raise self._fault("AUTHORIZATION_VOIDED", f"capture on {authorization_id}, which was renewed")
        if hold.ended_early(at):
            raise GatewayRejected("AUTHORIZATION_EXPIRED")
        if hold.status not in LIVE:
            raise self._fault("AUTHORIZATION_VOIDED", f"capture on {authorization_id}, {hold.status}")
        if amount.amount > hold.left():
            raise self._fault("MAX_CAPTURE_AMOUNT_EXCEEDED", f"{amount.to_text()} of {hold.left()}")
        late = at > hold.honoured_until
        if self._happens(self._temper.capture_after_honour if late else self._temper.capture):
            raise self._refused("PAYER_CANNOT_PAY", Branch.CAPTURE_REFUSED)
        fee = Money(amount.amount * 349 // 10_000 + 49, amount.currency)
        taken = CaptureAnswer(
            self._id("C"), authorization_id, "COMPLETED", amount, invoice_id, final, fee, amount - fee, at
        )
        hold.captures.append(taken)
        hold.status = "CAPTURED" if final or not hold.left() else "PARTIALLY_CAPTURED"
        self._captures[taken.paypal_id] = taken
        self._answers[request_id] = taken
        return taken

    def reauthorize(self, authorization_id: str, *, amount: Money, request_id: str) -> AuthorizationAnswer:
        known = self._answers.get(request_id)
        if isinstance(known, Hold):
            return self._shown(known)
        original, at = self.holds[authorization_id], clock.now()
        if original.renews is not None or original.renewed:
            raise self._fault("REAUTHORIZATION_NOT_SUPPORTED", f"{authorization_id} was renewed before")
        if at < original.created_at + RENEWABLE_FROM:
            raise self._fault(
                "REAUTHORIZATION_TOO_SOON", f"{authorization_id} after {at - original.created_at}"
            )
        if original.ended_early(at):
            raise GatewayRejected("AUTHORIZATION_EXPIRED")
        if at >= original.dead_at or original.status != "CREATED":
            raise self._fault("AUTHORIZATION_EXPIRED", f"renewal of {authorization_id}, {original.status}")
        if self._happens(self._temper.renewal):
            raise self._refused("PAYER_CANNOT_PAY", Branch.RENEWAL_REFUSED)
        self.took[Branch.RENEWED] += 1
        original.renewed = True
        renewal = Hold(
            self._id("R"), original.order_id, amount, at, original.dead_at,
            renews=authorization_id, ends_at=original.ends_at,
        )  # fmt: skip
        self._keep(renewal, request_id)
        return self._shown(renewal)

    def void(self, authorization_id: str, *, request_id: str) -> AuthorizationAnswer:
        hold = self.holds[authorization_id]
        if request_id not in self._answers:
            if hold.renews is not None:
                raise self._fault("CANNOT_BE_VOIDED", f"{authorization_id} is a renewal")
            if hold.status == "CAPTURED":
                raise GatewayRejected("PREVIOUSLY_CAPTURED")
            for row in self._of_order[hold.order_id]:
                if row is hold or row.renews == authorization_id:
                    row.status = "VOIDED"
            self._answers[request_id] = hold
        return self._shown(hold)

    def show_capture(self, capture_id: str) -> CaptureAnswer:
        return self._captures[capture_id]

    def refund(
        self,
        capture_id: str,
        *,
        amount: Money,
        invoice_id: str,
        request_id: str,
        note: str = "",
    ) -> RefundAnswer:
        known = self._answers.get(request_id)
        if isinstance(known, RefundAnswer):
            return known
        taken, at = self.show_capture(capture_id), clock.now()
        given = sum(row.amount.amount for row in self._refunds_of[capture_id])
        if given + amount.amount > taken.amount.amount:
            raise self._fault("REFUND_AMOUNT_EXCEEDED", f"{amount.to_text()} of {capture_id}")
        if taken.created_at is None or at > taken.created_at + REFUNDABLE_FOR:
            raise self._fault("REFUND_TIME_LIMIT_EXCEEDED", f"refund of {capture_id}")
        back = RefundAnswer(self._id("F"), capture_id, "COMPLETED", amount, invoice_id, at)
        self.took[Branch.REFUNDED] += 1
        self.refunds[back.paypal_id] = back
        self._refunds_of[capture_id].append(back)
        self._answers[request_id] = back
        return back

    def show_refund(self, refund_id: str) -> RefundAnswer:
        return self.refunds[refund_id]

    # what it tells by itself

    def ended(self, at: datetime) -> list[str]:
        """The orders whose hold it has ended early since it was asked last, as its webhooks would say."""
        over = [hold for hold in self._ending if hold.ends_at is not None and hold.ends_at <= at]
        self._ending = [hold for hold in self._ending if hold not in over]
        alive = [hold for hold in over if hold.status in LIVE]
        self.took[Branch.ENDED_EARLY] += len(alive)
        return [hold.order_id for hold in alive]

    # the books

    @property
    def captures(self) -> int:
        return len(self._captures)

    def net(self, reference: str) -> int:
        """What PayPal has of a booking for the house, without its fees, in minor units."""
        holds = (hold for order in self._orders_of[reference] for hold in self._of_order[order])
        taken = [row for hold in holds for row in hold.captures]
        back = (row for capture in taken for row in self._refunds_of[capture.paypal_id])
        got = sum(row.amount.amount - (row.fee.amount if row.fee else 0) for row in taken)
        return got - sum(row.amount.amount for row in back)

    def still_held(self, at: datetime) -> list[Hold]:
        """What is alive and holds somebody's money."""
        return [
            hold
            for hold in self.holds.values()
            if hold.status in LIVE and at < hold.dead_at and not hold.renewed and not hold.ended_early(at)
        ]

    def _keep(self, hold: Hold, request_id: str) -> None:
        self.holds[hold.paypal_id] = hold
        self._of_order[hold.order_id].append(hold)
        self._answers[request_id] = hold

    def _shown(self, hold: Hold) -> AuthorizationAnswer:
        at = clock.now()
        if hold.status in LIVE and (at >= hold.dead_at or hold.ended_early(at)):
            hold.status = "VOIDED"  # PayPal's word for one that it let die
        return AuthorizationAnswer(
            hold.paypal_id, hold.status, hold.amount, hold.created_at, hold.dead_at, order_id=hold.order_id
        )

    def _refused(self, code: str, branch: Branch) -> GatewayRejected:
        self.took[branch] += 1
        return GatewayRejected(code)

    def _fault(self, code: str, what: str) -> GatewayRejected:
        self.faults.append(f"{clock.now():%Y-%m-%d %H:%M} {code}: {what}")
        return GatewayRejected(code)

    def _happens(self, of_a_hundred: int) -> bool:
        return self._chance.randrange(100) < of_a_hundred

    def _id(self, kind: str) -> str:
        return f"{kind}{next(self._number):09d}"
