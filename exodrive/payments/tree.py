"""Reading the payment tree: what is held, taken and given back, and the payment's state by it.

What PayPal says comes into it by `payments.merging`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.payments import states
from exodrive.payments.models import Authorization, Capture, Order, Payment
from exodrive.payments.states import Purpose

# One statement for the orders and all that hangs on them: joined, a chain has a row for each of its leaves.
WHOLE = (
    selectinload(Payment.orders)
    .joinedload(Order.authorizations)
    .joinedload(Authorization.captures)
    .joinedload(Capture.refunds)
)


class PaymentNotFound(NotFound):
    code = "payment_not_found"


def lock(payment_id: UUID) -> Payment:
    """The payment with its whole tree, locked. Raises PaymentNotFound."""
    found = session().scalars(_whole().where(Payment.id == payment_id).with_for_update()).first()
    if found is None:
        raise PaymentNotFound(str(payment_id))
    return found


def lock_all(booking_id: UUID) -> list[Payment]:
    """Every payment of a locked booking with its whole tree, locked, in the order of `all_of`."""
    return list(session().scalars(_of_booking(booking_id).with_for_update()))


def lock_one(booking_id: UUID, purpose: Purpose) -> Payment | None:
    """The payment of a locked booking for the rental or the deposit, with its whole tree, locked."""
    found = session().scalars(_of_booking(booking_id).where(Payment.purpose == purpose).with_for_update())
    return found.first()


def of_booking(booking_id: UUID) -> dict[str, Payment]:
    """A booking's payments for the rental and the deposit by purpose, each with its whole tree."""
    return {row.purpose: row for row in all_of(booking_id) if row.purpose != Purpose.CHANGE}


def changes_of(booking_id: UUID) -> list[Payment]:
    """What changes of a booking have added to its price, in the order in which they were asked for."""
    return [row for row in all_of(booking_id) if row.purpose == Purpose.CHANGE]


def all_of(booking_id: UUID) -> list[Payment]:
    """Every payment of a booking with its whole tree, in the order in which they were opened.

    As the database has them now: what an earlier transaction of this session has read is read again.
    """
    return list(session().scalars(_of_booking(booking_id)))


def _of_booking(booking_id: UUID) -> Select[Payment]:
    return _whole().where(Payment.booking_id == booking_id).order_by(Payment.id)


def _whole() -> Select[Payment]:
    """The payments are read, or locked, before what hangs on them: who waited sees what came of it."""
    return (
        select(Payment)
        .options(WHOLE, selectinload(Payment.operations), selectinload(Payment.steps))
        .execution_options(populate_existing=True)
    )


def of_bookings(booking_ids: Collection[UUID]) -> list[Payment]:
    """The payments of several bookings, each with its tree but without its operations and steps."""
    query = select(Payment).where(Payment.booking_id.in_(booking_ids)).order_by(Payment.id).options(WHOLE)
    return list(session().scalars(query))


def authorizations(payment: Payment) -> Iterator[Authorization]:
    for order in payment.orders:
        yield from order.authorizations


def order_of(payment: Payment, authorization: Authorization) -> Order:
    """The order that an authorization of this payment hangs on."""
    return next(order for order in payment.orders if order.id == authorization.order_id)


def asks_rightly(payment: Payment, order: Order) -> bool:
    """Whether an order is of the amount that is wanted: after a part was taken, of what is missing to it."""
    return order.amount is None or order.amount == payment.amount - captured(payment).amount


def standing(payment: Payment) -> list[Authorization]:
    """The authorizations that count: an original gives way to its reauthorization."""
    replaced = {row.parent_id for row in authorizations(payment)}
    return [row for row in authorizations(payment) if row.id not in replaced]


def original(payment: Payment, held: Authorization) -> Authorization:
    """What a reauthorization renews, and with which it dies; the authorization itself where it is none."""
    return next((row for row in authorizations(payment) if row.id == held.parent_id), held)


def captures(payment: Payment) -> Iterator[Capture]:
    for authorization in authorizations(payment):
        yield from authorization.captures


def live_authorization(payment: Payment) -> Authorization | None:
    """The authorization that a capture goes to: the newest one that still holds money."""
    live = [row for row in standing(payment) if row.status in states.LIVE]
    return max(live, key=lambda row: row.created_at, default=None)


def left(authorization: Authorization) -> Money:
    """What a hold still has; a capture that the bank thinks about is counted as taken."""
    taken = sum(row.amount for row in authorization.captures if row.status not in states.FAILED_CAPTURES)
    return Money(max(authorization.amount - taken, 0), authorization.currency)


def refundable(capture: Capture) -> int:
    """What of a capture can still be given back, in minor units."""
    if capture.status not in states.SETTLED_CAPTURES:
        return 0
    return capture.amount - sum(
        row.amount for row in capture.refunds if row.status in ("COMPLETED", "PENDING")
    )


def captured(payment: Payment) -> Money:
    """What was taken and has arrived."""
    return Money(
        sum(row.amount for row in captures(payment) if row.status in states.SETTLED_CAPTURES),
        payment.currency,
    )


def secured(payment: Payment) -> Money:
    """What was taken by a payment, given back or not, and what PayPal still holds for it."""
    held = live_authorization(payment)
    return captured(payment) + left(held) if held is not None else captured(payment)


def surplus(payment: Payment) -> Money:
    """What was taken beyond what is wanted by now, before anything went back."""
    return max(captured(payment) - payment.money, Money.zero(payment.currency))


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


def stands_on(purpose: str) -> Account:
    """Where money that was taken stands in the books until the rental is settled."""
    return Account.DEPOSITS if purpose == Purpose.DEPOSIT else Account.PREPAID


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
