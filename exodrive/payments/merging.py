"""Merging what PayPal says into the payment tree.

It is the only way in for a provider's answer, whatever brought it: our own call, a webhook, a sweep. It is
idempotent, and posts to the ledger once for each capture and refund that completes.
"""

from __future__ import annotations

from datetime import datetime

from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import states, tree
from exodrive.payments.models import Authorization, Capture, Order, Payment, Refund
from exodrive.payments.ports import AuthorizationAnswer, CaptureAnswer, OrderAnswer, RefundAnswer


def order(payment: Payment, answer: OrderAnswer, *, at: datetime) -> Order:
    """Take over an order with all that PayPal hangs on it."""
    row = next((row for row in payment.orders if row.paypal_id == answer.paypal_id), None)
    if row is None:
        row = Order(
            paypal_id=answer.paypal_id,
            status=answer.status,
            created_at=answer.created_at or at,
            authorizations=[],
            payment=payment,
        )
        session().add(row)
    if row.status not in states.ENDED_ORDERS or answer.authorizations:
        # A declined order still says APPROVED at PayPal: asking it again would only be declined again.
        row.status = states.later("order", _known(row.status), answer.status)
    row.approve_url = answer.approve_url or row.approve_url
    # Another currency is never ours, and so is of no amount.
    row.amount = answer.amount.amount if answer.amount.currency == payment.currency else 0
    if row.status == "APPROVED" and not answer.authorizations and not tree.asks_rightly(payment, row):
        row.status = states.OUTDATED_ORDER
    for held in sorted(answer.authorizations, key=lambda one: one.created_at or at):
        authorization(row, held, at=at, parent=_renewed_by(row, held))
    known = {each.paypal_id: each for each in row.authorizations}
    for taken in answer.captures:
        last = row.authorizations[-1] if row.authorizations else None
        owner = known.get(taken.authorization_id or "") or last
        if owner is not None:
            capture(payment, owner, taken, at=at)
    for back in answer.refunds:
        of = next((each for each in tree.captures(payment) if each.paypal_id == back.capture_id), None)
        if of is not None:
            refund(payment, of, back, at=at)
    session().flush()
    return row


def _renewed_by(row: Order, answer: AuthorizationAnswer) -> Authorization | None:
    """The authorization that this one renews: an order takes one, so a further one can only be its renewal.

    Reading the order may show a renewal before the call that asked for it has been answered.
    """
    original = next((each for each in row.authorizations if each.parent_id is None), None)
    return original if original is not None and original.paypal_id != answer.paypal_id else None


def _known(status: str) -> str | None:
    """PayPal's own last word; None where ours has taken its place."""
    return None if status in states.ENDED_ORDERS else status


def authorization(
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


def capture(
    payment: Payment, authorization: Authorization, answer: CaptureAnswer, *, at: datetime
) -> Capture:
    """Take over a capture; once it is completed its money stands in the ledger."""
    row = next((row for row in tree.captures(payment) if row.paypal_id == answer.paypal_id), None)
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
    fee_before = row.fee
    row.fee = answer.fee.amount if answer.fee else row.fee
    row.final = row.final or answer.final
    session().flush()
    if row.status in states.SETTLED_CAPTURES:
        gross, fee = Money(row.amount, payment.currency), Money(row.fee or 0, payment.currency)
        postings.post(
            "capture",
            source=f"capture:{row.paypal_id}",
            booking_id=payment.booking_id,
            sides={Account.CLEARING: gross, tree.stands_on(payment.purpose): -gross},
            at=at,
        )
        # By itself, since PayPal may name its fee in a later answer than the capture.
        posted = postings.post(
            "fee",
            source=f"fee:{row.paypal_id}",
            booking_id=payment.booking_id,
            sides={Account.FEES: fee, Account.CLEARING: -fee},
            at=at,
        )
        if not posted and fee_before and row.fee != fee_before:
            _correct_fee(payment, row, Money(fee_before, payment.currency), fee, at=at)
    return row


def _correct_fee(payment: Payment, capture: Capture, before: Money, now: Money, *, at: datetime) -> None:
    """PayPal names another fee than before: what is more of it, or less, is a posting of its own."""
    postings.post(
        "fee",
        source=f"fee:{capture.paypal_id}:{before.amount}-{now.amount}",
        booking_id=payment.booking_id,
        sides={Account.FEES: now - before, Account.CLEARING: before - now},
        at=at,
    )


def refund(payment: Payment, capture: Capture, answer: RefundAnswer, *, at: datetime) -> Refund:
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
            sides={Account.CLEARING: -amount, tree.stands_on(payment.purpose): amount},
            at=at,
        )
    return row
