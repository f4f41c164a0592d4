"""The payment tree as rows of a table: what PayPal knows it by, how it stands, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from exodrive.kernel.money import Money
from exodrive.payments import plan, states, tree
from exodrive.payments.models import Authorization, Capture, Order, Payment
from exodrive.rendering import formats


class Node(NamedTuple):
    """One order, authorization, capture or refund. `depth` is how deep it hangs, from 0."""

    depth: int
    kind: str
    paypal_id: str
    status: str
    amount: Money | None
    at: datetime
    note: str


def nodes(payment: Payment, zone: ZoneInfo, *, at: datetime) -> list[Node]:
    """The tree of one payment, from the top."""
    return [node for order in payment.orders for node in _order(order, payment, zone, at)]


def sums(payment: Payment) -> list[tuple[str, Money]]:
    """What came of a payment: captured, refunded, fees. Only what there is."""
    fees = Money(sum(row.fee or 0 for row in tree.captures(payment)), payment.currency)
    rows = [
        (_("Captured"), tree.captured(payment)),
        (_("Refunded"), tree.refunded(payment)),
        (_("PayPal’s fee"), fees),
    ]
    return [(name, amount) for name, amount in rows if amount]


def _order(order: Order, payment: Payment, zone: ZoneInfo, at: datetime) -> Iterator[Node]:
    yield Node(0, _("Order"), order.paypal_id, order.status, payment.money, order.created_at, "")
    for authorization in order.authorizations:
        yield from _authorization(authorization, payment, zone, at)


def _authorization(row: Authorization, payment: Payment, zone: ZoneInfo, at: datetime) -> Iterator[Node]:
    kind = _("Renewed") if row.parent_id else _("Authorization")
    amount = Money(row.amount, row.currency)
    note = _holds(row, zone, at) if row in tree.standing(payment) and row.status in states.LIVE else ""
    if row.captures and row.status in states.LIVE:
        note = _("%(amount)s still held. %(note)s", amount=formats.money(tree.left(row)), note=note)
    yield Node(1, kind, row.paypal_id, row.status, amount, row.created_at, note)
    for capture in row.captures:
        yield from _capture(capture, payment)


def _holds(row: Authorization, zone: ZoneInfo, at: datetime) -> str:
    """PayPal answers for the money for three days, and then does its best until it is dead."""
    dead = formats.moment_short(row.expires_at or row.created_at + plan.LIFE, zone)
    honoured = row.created_at + plan.HONOUR
    if at >= honoured:
        return _("No longer guaranteed; ends %(dead)s", dead=dead)
    return _(
        "Guaranteed until %(until)s, ends %(dead)s", until=formats.moment_short(honoured, zone), dead=dead
    )


def _capture(row: Capture, payment: Payment) -> Iterator[Node]:
    fee = _("PayPal’s fee %(fee)s", fee=formats.amount(row.fee, payment.currency)) if row.fee else ""
    yield Node(
        2, _("Capture"), row.paypal_id, row.status, Money(row.amount, payment.currency), row.created_at, fee
    )
    for refund in row.refunds:
        amount = Money(refund.amount, payment.currency)
        yield Node(3, _("Refund"), refund.paypal_id, refund.status, amount, refund.created_at, "")
