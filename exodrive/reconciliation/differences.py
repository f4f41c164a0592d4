"""What differs between our tree of a payment or bill and PayPal's. Pure: both sides are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from exodrive.billing.models import Bill
from exodrive.billing.recording import Reading as BillReading
from exodrive.payments import states
from exodrive.payments.models import Authorization, Order
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer
from exodrive.reconciliation.states import BY_HAND, Cause


@dataclass(frozen=True, slots=True)
class Node:
    """One thing at PayPal as a side has it. Amounts are minor units; no status where none is compared."""

    kind: str
    paypal_id: str
    status: str | None = None
    amount: int | None = None
    fee: int | None = None


@dataclass(frozen=True, slots=True)
class Differs:
    """One difference. `subject` is PayPal's id, or ours; None stands for a side that has nothing."""

    cause: Cause
    subject: str
    ours: int | None = None
    theirs: int | None = None
    our_word: str | None = None
    their_word: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.cause, self.subject


Side = Mapping[str, Node]


def of_orders(orders: Iterable[Order]) -> dict[str, Node]:
    """Our side: all that hangs on these orders. An order by itself has no money."""
    return {node.paypal_id: node for order in orders for node in _below(order)}


def _below(order: Order) -> Iterator[Node]:
    renewed = {row.parent_id for row in order.authorizations}
    for held in order.authorizations:
        yield _held(held, renewed=held.id in renewed)
        for taken in held.captures:
            yield Node("capture", taken.paypal_id, taken.status, taken.amount, taken.fee)
            for back in taken.refunds:
                yield Node("refund", back.paypal_id, back.status, back.amount)


def _held(row: Authorization, *, renewed: bool) -> Node:
    """An original has given way to its renewal: PayPal moves the word of both at once, we of the renewal."""
    return Node("authorization", row.paypal_id, None if renewed else row.status, row.amount)


def of_answers(orders: Iterable[OrderAnswer], renewals: Iterable[AuthorizationAnswer]) -> dict[str, Node]:
    """PayPal's side, as it was read. An order does not list reauthorizations: they are read by themselves."""
    found: list[Node] = []
    for order in orders:
        found += (Node("authorization", a.paypal_id, a.status, a.amount.amount) for a in order.authorizations)
        found += (
            Node("capture", c.paypal_id, c.status, c.amount.amount, c.fee.amount if c.fee else None)
            for c in order.captures
        )
        found += (Node("refund", r.paypal_id, r.status, r.amount.amount) for r in order.refunds)
    found += (Node("authorization", a.paypal_id, a.status, a.amount.amount) for a in renewals)
    return {node.paypal_id: node for node in found}


def of_bill(bill: Bill) -> dict[str, Node]:
    """Our side of a bill that PayPal has: itself, what was paid, and what went back in all."""
    if bill.paypal_id is None:
        return {}
    found = [Node("bill", bill.paypal_id, bill.paypal_status, bill.amount)]
    found += (
        Node("bill_payment", row.paypal_id, None, row.amount, row.fee)
        for row in bill.payments
        if row.paypal_id is not None
    )
    found += [Node("refund", f"{bill.paypal_id}/refunds", None, bill.refunded)] if bill.refunded else []
    return {node.paypal_id: node for node in found}


def of_bill_answer(reading: BillReading | None) -> dict[str, Node]:
    """PayPal's side of a bill; nothing where it has none."""
    if reading is None:
        return {}
    answer = reading.answer
    found = [Node("bill", answer.paypal_id, answer.status, answer.amount.amount)]
    for row in answer.payments:
        fee = reading.fees.get(row.paypal_id)
        found.append(
            Node("bill_payment", row.paypal_id, None, row.amount.amount, fee.amount if fee else None)
        )
    back = sum(row.amount.amount for row in answer.refunds)
    found += [Node("refund", f"{answer.paypal_id}/refunds", None, back)] if back else []
    return {node.paypal_id: node for node in found}


def between(ours: Side, theirs: Side) -> list[Differs]:
    """Everything that the two sides say otherwise, in the order of our tree and then of PayPal's."""
    found: list[Differs] = []
    for paypal_id, node in ours.items():
        other = theirs.get(paypal_id)
        found += [_missing(node)] if other is None else _of_both(node, other)
    found += [_unknown(node) for paypal_id, node in theirs.items() if paypal_id not in ours]
    return _without_echoes(found)


def _without_echoes(found: list[Differs]) -> list[Differs]:
    """What was taken by hand changes the word of its hold too: the money is told, not its shadow."""
    if not any(each.cause in BY_HAND for each in found):
        return found
    return [each for each in found if each.cause is not Cause.STATUS_DIFFERS]


def _missing(ours: Node) -> Differs:
    return Differs(Cause(f"{ours.kind}_missing"), ours.paypal_id, ours=ours.amount, our_word=ours.status)


def _unknown(theirs: Node) -> Differs:
    # A bill is read by its own id: PayPal answers with no other one.
    return Differs(
        Cause(f"{theirs.kind}_unknown"), theirs.paypal_id, theirs=theirs.amount, their_word=theirs.status
    )


def _of_both(ours: Node, theirs: Node) -> Iterator[Differs]:
    if (cause := _of_words(ours, theirs)) is not None:
        yield Differs(cause, ours.paypal_id, ours.amount, theirs.amount, ours.status, theirs.status)
    if None not in (ours.amount, theirs.amount) and ours.amount != theirs.amount:
        yield Differs(Cause.AMOUNT_DIFFERS, ours.paypal_id, ours.amount, theirs.amount)
    if theirs.fee is not None and ours.fee != theirs.fee:
        cause = Cause.FEE_MISSING if ours.fee is None else Cause.FEE_DIFFERS
        yield Differs(cause, ours.paypal_id, ours.fee, theirs.fee)


def _of_words(ours: Node, theirs: Node) -> Cause | None:
    """Words that say the same differ in nothing: whether a capture was refunded is told by its refunds."""
    if ours.status is None or theirs.status is None or ours.status == theirs.status:
        return None
    if {ours.status, theirs.status} <= states.SETTLED_CAPTURES:
        return None
    if ours.kind == "authorization" and ours.status in states.LIVE and theirs.status in ("VOIDED", "DENIED"):
        return Cause.AUTHORIZATION_GONE
    return Cause.STATUS_DIFFERS
