"""Reading the payment tree, and merging what PayPal says into it.

Merging is the only way in for a provider's answer, whatever brought it: our own call, a webhook, a sweep. It
is idempotent, and posts to the ledger once for each capture and refund that completes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import states
from exodrive.payments.models import Authorization, Capture, Order, Payment, Refund
from exodrive.payments.ports import AuthorizationAnswer, CaptureAnswer, OrderAnswer, RefundAnswer

WHOLE = (
    selectinload(Payment.orders)
    .selectinload(Order.authorizations)
    .selectinload(Authorization.captures)
    .selectinload(Capture.refunds)
)


class PaymentNotFound(NotFound):
    code = "payment_not_found"


def lock(payment_id: UUID) -> Payment:
    """The payment with its whole tree, locked. Raises PaymentNotFound."""
    found = (
        session()
        .scalars(
            select(Payment)
            .where(Payment.id == payment_id)
            .options(WHOLE, selectinload(Payment.operations))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if found is None:
        raise PaymentNotFound(str(payment_id))
    return found


def of_booking(booking_id: UUID) -> dict[str, Payment]:
    """A booking's payments by purpose, each with its whole tree."""
    rows = session().scalars(
        select(Payment)
        .where(Payment.booking_id == booking_id)
        .options(WHOLE, selectinload(Payment.operations))
    )
    return {row.purpose: row for row in rows}


def authorizations(payment: Payment) -> Iterator[Authorization]:
    for order in payment.orders:
        yield from order.authorizations


def order_of(payment: Payment, authorization: Authorization) -> Order:
    """The order that an authorization of this payment hangs on."""
    return next(order for order in payment.orders if order.id == authorization.order_id)


def standing(payment: Payment) -> list[Authorization]:
    """The authorizations that count: an original gives way to its reauthorization."""
    replaced = {row.parent_id for row in authorizations(payment)}
    return [row for row in authorizations(payment) if row.id not in replaced]


def captures(payment: Payment) -> Iterator[Capture]:
    for authorization in authorizations(payment):
        yield from authorization.captures


def live_authorization(payment: Payment) -> Authorization | None:
    """The authorization that a capture goes to: the newest one that still holds money."""
    live = [row for row in standing(payment) if row.status in states.LIVE]
    return max(live, key=lambda row: row.created_at, default=None)


def captured(payment: Payment) -> Money:
    """What was taken and has arrived."""
    return Money(
        sum(row.amount for row in captures(payment) if row.status in states.SETTLED_CAPTURES),
        payment.currency,
    )


def refunded(payment: Payment) -> Money:
    """What was given back and has arrived there."""
    return Money(
        sum(
            refund.amount
            for capture in captures(payment)
            for refund in capture.refunds
            if refund.status == "COMPLETED"
        ),
        payment.currency,
    )


def refunding(payment: Payment) -> Money:
    """What was given back, whether or not it has arrived yet."""
    return Money(
        sum(
            refund.amount
            for capture in captures(payment)
            for refund in capture.refunds
            if refund.status in ("COMPLETED", "PENDING")
        ),
        payment.currency,
    )


def refresh_state(payment: Payment, *, at: datetime) -> None:
    """Derive the payment's state anew."""
    payment.state = states.derive(
        payment.amount,
        states.Tree(
            orders=tuple(order.status for order in payment.orders),
            authorizations=tuple(row.status for row in standing(payment)),
            last=tuple(row.status for row in standing(payment) if row.order_id == payment.orders[-1].id),
            captured=captured(payment).amount,
            refunded=refunded(payment).amount,
            capture_final=any(row.final for row in captures(payment)),
            capture_pending=any(row.status == "PENDING" for row in captures(payment)),
        ),
    )
    payment.updated_at = at


def merge_order(payment: Payment, answer: OrderAnswer, *, at: datetime) -> Order:
    """Take over an order with all that PayPal hangs on it."""
    order = next((row for row in payment.orders if row.paypal_id == answer.paypal_id), None)
    if order is None:
        order = Order(
            paypal_id=answer.paypal_id,
            status=answer.status,
            created_at=answer.created_at or at,
            authorizations=[],
            payment=payment,
        )
        session().add(order)
    if order.status not in states.ENDED_ORDERS or answer.authorizations:
        # A declined order still says APPROVED at PayPal: asking it again would only be declined again.
        order.status = states.later("order", _known(order.status), answer.status)
    order.approve_url = answer.approve_url or order.approve_url
    for authorization in answer.authorizations:
        merge_authorization(order, authorization, at=at)
    known = {row.paypal_id: row for row in order.authorizations}
    for capture in answer.captures:
        owner = known.get(capture.authorization_id or "") or (
            order.authorizations[-1] if order.authorizations else None
        )
        if owner is not None:
            merge_capture(payment, owner, capture, at=at)
    for refund in answer.refunds:
        taken = next((row for row in captures(payment) if row.paypal_id == refund.capture_id), None)
        if taken is not None:
            merge_refund(payment, taken, refund, at=at)
    session().flush()
    return order


def _known(status: str) -> str | None:
    """PayPal's own last word; None where ours has taken its place."""
    return None if status in states.ENDED_ORDERS else status


def merge_authorization(
    order: Order, answer: AuthorizationAnswer, *, at: datetime, parent: Authorization | None = None
) -> Authorization:
    """Take over an authorization, or the reauthorization of `parent`."""
    row = next((row for row in order.authorizations if row.paypal_id == answer.paypal_id), None)
    if row is None:
        row = Authorization(
            paypal_id=answer.paypal_id,
            parent_id=parent.id if parent else None,
            amount=answer.amount.amount,
            currency=answer.amount.currency,
            created_at=answer.created_at or at,
            captures=[],
            order=order,
        )
        session().add(row)
    row.status = states.later("authorization", row.status, answer.status)
    row.expires_at = answer.expires_at or row.expires_at
    session().flush()
    if row.status == "VOIDED":
        # PayPal voids a reauthorization with its original, and refuses to void it by itself.
        for renewal in order.authorizations:
            if renewal.parent_id == row.id and renewal.status in states.LIVE:
                renewal.status = row.status
    return row


def merge_capture(
    payment: Payment, authorization: Authorization, answer: CaptureAnswer, *, at: datetime
) -> Capture:
    """Take over a capture; once it is completed its money stands in the ledger."""
    row = next((row for row in captures(payment) if row.paypal_id == answer.paypal_id), None)
    if row is None:
        row = Capture(
            paypal_id=answer.paypal_id,
            amount=answer.amount.amount,
            final=answer.final,
            invoice_id=answer.invoice_id,
            created_at=answer.created_at or at,
            refunds=[],
            authorization=authorization,
        )
        session().add(row)
    row.status = states.later("capture", row.status, answer.status)
    row.fee = answer.fee.amount if answer.fee else row.fee
    row.final = row.final or answer.final
    session().flush()
    if row.status in states.SETTLED_CAPTURES:
        gross, fee = Money(row.amount, payment.currency), Money(row.fee or 0, payment.currency)
        postings.post(
            "capture",
            source=f"capture:{row.paypal_id}",
            booking_id=payment.booking_id,
            sides={Account.CLEARING: gross, Account.PREPAID: -gross},
            at=at,
        )
        # By itself, since PayPal may name its fee in a later answer than the capture.
        postings.post(
            "fee",
            source=f"fee:{row.paypal_id}",
            booking_id=payment.booking_id,
            sides={Account.FEES: fee, Account.CLEARING: -fee},
            at=at,
        )
    return row


def merge_refund(payment: Payment, capture: Capture, answer: RefundAnswer, *, at: datetime) -> Refund:
    """Take over a refund; once it is completed its money has left the ledger."""
    row = next((row for row in capture.refunds if row.paypal_id == answer.paypal_id), None)
    if row is None:
        row = Refund(
            paypal_id=answer.paypal_id,
            amount=answer.amount.amount,
            invoice_id=answer.invoice_id,
            created_at=answer.created_at or at,
            capture=capture,
        )
        session().add(row)
    row.status = states.later("refund", row.status, answer.status)
    session().flush()
    if row.status == "COMPLETED":
        amount = Money(row.amount, payment.currency)
        postings.post(
            "refund",
            source=f"refund:{row.paypal_id}",
            booking_id=payment.booking_id,
            sides={Account.CLEARING: -amount, Account.PREPAID: amount},
            at=at,
        )
    return row
