"""Paying: the way to PayPal, the way back, and how it went. PayPal itself is asked by workers alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api import answers
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.booking_shapes import BOOKING_ID, Payment
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Id, Shape
from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.steps import PayStep
from exodrive.bookings.change import changing
from exodrive.bookings.changes import ChangeSettled
from exodrive.bookings.deposit import deposits
from exodrive.bookings.deposit.deposits import DepositNotOpen
from exodrive.bookings.reservation import ordering
from exodrive.bookings.reservation.ordering import HoldEnded
from exodrive.kernel import clock
from exodrive.payments import opening, queries
from exodrive.payments.opening import AlreadyPaid
from exodrive.payments.states import Purpose
from exodrive.payments.tree import PaymentNotFound

TAG = "Payment"
# Until these are over, a worker is at it: then there is something to tell.
AT_WORK = (PayStep.PREPARING, PayStep.CHECKING)


class OrderWish(Shape):
    """What is to be paid."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"booking_id": BOOKING_ID, "purpose": "rental"}]}
    )

    booking_id: Id
    purpose: Purpose


class Return(Shape):
    """The payer came back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"booking_id": BOOKING_ID, "order_id": "5O190127TN364715T"}]}
    )

    booking_id: Id
    order_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    """PayPal's order id: `token` in the address that PayPal sent the payer back to."""


def _booking_of(payment_id: UUID, **_: Any) -> UUID | None:
    return queries.booking_of(payment_id)


def _booking_in(body: OrderWish | Return, **_: Any) -> UUID:
    return body.booking_id


@operation(
    "POST",
    "/payments/create-order",
    tag=TAG,
    summary="Open the way to PayPal",
    answers={
        200: Says(Payment, "The way is open: send the payer to `approve_url`."),
        202: Says(Payment, "PayPal is being asked; look again at `Location`."),
    },
    errors=(HoldEnded, AlreadyPaid, DepositNotOpen, ChangeSettled),
    waits=True,
    booking=_booking_in,
)
def create_payment_order(call: Call, *, body: OrderWish) -> Answer:
    """Have an order made at PayPal for the rental, once it is asked for the deposit, or a change that waits.

    Ordering a booking does this for the rental by itself; it is needed again after a declined payment or an
    outdated link. The amount is the booking's. An order that can still be used is answered as it is.
    """
    if body.purpose is Purpose.RENTAL:
        ordering.pay_again(body.booking_id, at=call.at)
    elif body.purpose is Purpose.DEPOSIT:
        deposits.pay(body.booking_id, at=call.at)
    else:
        changing.pay(body.booking_id, at=call.at)
    return _answer(body.booking_id, lambda payment: payment.purpose is body.purpose)


@operation(
    "POST",
    "/payments/authorize",
    tag=TAG,
    summary="Say that the payer came back",
    answers={
        200: Says(Payment, "PayPal was asked: see `step`."),
        202: Says(Payment, "PayPal is being asked; look again at `Location`."),
    },
    errors=(PaymentNotFound,),
    waits=True,
    booking=_booking_in,
)
def authorize_payment(call: Call, *, body: Return) -> Answer:
    """Have a worker read the order and, where the payer has approved it, authorize the money.

    It proves nothing by itself and is not needed: PayPal's own message does the same, as does the page that
    payers come back to. It is quicker where neither arrives.
    """
    payment_id = queries.of_order(body.booking_id, body.order_id)
    if payment_id is None:
        raise PaymentNotFound(body.order_id)
    opening.payer_returned(body.booking_id, body.order_id, at=call.at)
    return _answer(body.booking_id, lambda payment: payment.id == payment_id)


@operation(
    "GET",
    "/payments/<uuid:payment_id>",
    tag=TAG,
    summary="Read a payment",
    answers={200: Says(Payment, "How it stands.")},
    waits=True,
    booking=_booking_of,
    missing=PaymentNotFound,
)
def read_payment(_call: Call, *, payment_id: UUID) -> Answer:
    """Where the money is, and what that means to the payer; with `Prefer: wait` once no worker is at it."""
    booking_id = queries.booking_of(payment_id)
    if booking_id is None:
        raise PaymentNotFound(str(payment_id))
    return _answer(booking_id, lambda payment: payment.id == payment_id, working=200)


def _answer(booking_id: UUID, chosen: Callable[[Payment], bool], *, working: int = 202) -> Answer:
    """The payment as it is; `working` is the status as long as a worker is at it."""

    def look() -> Payment:
        found = standing.load(booking_id, "", at=clock.now())
        known = [Payment.of(row, found=found) for row in reversed(found.payments)]
        return next(payment for payment in known if chosen(payment))  # of several changes, the last

    def later() -> Answer | None:
        payment = look()
        return None if payment.step in AT_WORK else Answer(payment)

    payment = look()
    if payment.step not in AT_WORK:
        return Answer(payment)
    if working == 200:
        return Answer(payment, later=later)
    return answers.accepted(
        payment, status_at=answers.address("read_payment", payment_id=payment.id), later=later
    )
