"""Opening a payment, and sending the payer to PayPal."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.payments import operations, tree
from exodrive.payments.models import Operation, OperationKind, OperationState, Order, Payment
from exodrive.payments.ports import OrderAnswer
from exodrive.payments.states import PaymentState, Purpose

RETURNED = "payment.returned"
# PayPal gives the payer 3 hours; a link that dies on the way there helps nobody.
LINK_LIFE = timedelta(hours=2, minutes=30)
# 3 hours to come, 3 more to approve and be authorized: after that an order can only be left alone.
ORDER_LIFE = timedelta(hours=6)
WAITS_FOR_PAYER = frozenset({"CREATED", "SAVED", "PAYER_ACTION_REQUIRED"})
UNDECIDED = WAITS_FOR_PAYER | {"APPROVED"}
PAYABLE = frozenset(
    {
        PaymentState.OPENED,
        PaymentState.ORDERED,
        PaymentState.EXPIRED,
        PaymentState.FAILED,
        PaymentState.VOIDED,
    }
)


class AlreadyPaid(Conflict):
    """The payment has been approved or made: there is nothing to pay."""

    code = "already_paid"


def ensure(booking_id: UUID, *, purpose: Purpose, amount: Money, at: datetime) -> Payment:
    """The booking's payment for this purpose, opened if there is none."""
    found = session().scalar(
        select(Payment.id).where(Payment.booking_id == booking_id, Payment.purpose == purpose)
    )
    if found is None:
        return _opened(booking_id, purpose=purpose, number=1, amount=amount, at=at)
    return tree.lock(found)


def for_change(booking_id: UUID, *, amount: Money, at: datetime) -> Payment:
    """A further payment for what a change adds to the price. The booking must be locked by the caller."""
    last = session().scalar(
        select(func.max(Payment.number)).where(
            Payment.booking_id == booking_id, Payment.purpose == Purpose.CHANGE
        )
    )
    return _opened(booking_id, purpose=Purpose.CHANGE, number=(last or 0) + 1, amount=amount, at=at)


def _opened(booking_id: UUID, *, purpose: Purpose, number: int, amount: Money, at: datetime) -> Payment:
    payment = Payment(
        id=new_id(),
        booking_id=booking_id,
        purpose=purpose,
        number=number,
        amount=amount.amount,
        currency=amount.currency,
        state=PaymentState.OPENED,
        created_at=at,
        updated_at=at,
    )
    session().add(payment)
    session().flush()
    return tree.lock(payment.id)


def usable_order(payment: Payment, *, at: datetime) -> Order | None:
    """The order whose PayPal page the payer can be sent to now."""
    for order in reversed(payment.orders):
        if tree.asks_rightly(payment, order) and _open_to_payer(order, at=at):
            return order
    return None


def _open_to_payer(order: Order, *, at: datetime) -> bool:
    return order.status in WAITS_FOR_PAYER and bool(order.approve_url) and at < order.created_at + LINK_LIFE


def lapsed(answer: OrderAnswer, *, at: datetime) -> bool:
    """Whether an order came to nothing, whatever PayPal goes on saying of it: it need not be read again."""
    born = answer.created_at
    return (
        answer.status in UNDECIDED
        and not answer.authorizations
        and born is not None
        and (at > born + ORDER_LIFE)
    )


def want_order(payment: Payment, *, at: datetime) -> Operation | None:
    """Have an order made, unless one can be used as it is or with another amount. Raises AlreadyPaid."""
    if payment.state not in PAYABLE:
        raise AlreadyPaid
    if usable_order(payment, at=at) is not None:
        return None
    outdated = next((row for row in reversed(payment.orders) if _open_to_payer(row, at=at)), None)
    if outdated is not None:
        return want_patch(payment, outdated, at=at)
    return operations.want(payment, OperationKind.CREATE_ORDER, amount=payment.money, at=at, again=True)


def want_order_for(payment: Payment, amount: Money, *, at: datetime) -> Operation | None:
    """Have an order made for what is missing, though PayPal holds or has taken something already."""
    if usable_order(payment, at=at) is not None:
        return None
    return operations.want(payment, OperationKind.CREATE_ORDER, amount=amount, at=at, again=True)


def change_amount(payment: Payment, *, amount: Money, at: datetime) -> None:
    """Want another amount of a payment that nobody has approved yet; the open order is changed at PayPal.

    An order that the payer approved meanwhile is never authorized: it is reported as a mismatch. The payment
    must be locked by the caller. Raises AlreadyPaid; ValueError for another currency and for nothing to pay.
    """
    if amount.currency != payment.currency or amount.amount <= 0:
        raise ValueError(f"{amount} cannot be paid by a payment in {payment.currency}")
    if payment.state not in PAYABLE:
        raise AlreadyPaid
    if amount == payment.money:
        return
    payment.amount, payment.updated_at = amount.amount, at
    for operation in payment.operations:
        # One that was called may have been heard: its answer is compared with what is wanted by then.
        if operation.kind in operations.ORDERING and operation.state == OperationState.WANTED:
            operation.amount = amount.amount
    for order in payment.orders:
        if _open_to_payer(order, at=at) and not tree.asks_rightly(payment, order):
            want_patch(payment, order, at=at)
    session().flush()


def want_patch(payment: Payment, order: Order, *, at: datetime) -> Operation:
    """Have an order changed to the amount that is wanted."""
    return operations.want(
        payment, OperationKind.PATCH_ORDER, target_id=order.id, amount=payment.money, at=at, again=True
    )


def payer_returned(booking_id: UUID, paypal_order_id: str, *, at: datetime) -> None:
    """The payer came back from PayPal: note it, and have a worker read the order.

    An order that is not this booking's is ignored: the address line proves nothing.
    """
    order = (
        session()
        .scalars(
            select(Order)
            .join(Payment, Payment.id == Order.payment_id)
            .where(Order.paypal_id == paypal_order_id, Payment.booking_id == booking_id)
            .with_for_update(of=Order)
        )
        .first()
    )
    if order is None:
        return
    order.returned_at = order.returned_at or at
    outbox.emit(RETURNED, subject_id=booking_id, payment_id=str(order.payment_id), order_id=str(order.id))
