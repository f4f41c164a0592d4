"""What a payment means to its payer, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exodrive.blueprints.booking_page.steps import PayStep, of_payment
from exodrive.payments.models import Authorization, Operation, OperationKind, OperationState, Order, Payment
from exodrive.payments.states import PaymentState

NOW = datetime(2026, 12, 8, 15, tzinfo=UTC)
URL = "https://paypal.example/checkoutnow?token=1"


def payment(
    state: PaymentState,
    *,
    orders: list[Order] | None = None,
    operations: list[Operation] | None = None,
) -> Payment:
    return Payment(
        state=state, amount=100_00, currency="USD", orders=orders or [], operations=operations or []
    )


def order(status: str, *, minutes_old: int = 1, returned: int | None = None, holds: str = "") -> Order:
    held = [Authorization(status=holds, amount=100_00, currency="USD", captures=[], created_at=NOW)]
    return Order(
        status=status,
        approve_url=URL,
        created_at=NOW - timedelta(minutes=minutes_old),
        returned_at=None if returned is None else NOW - timedelta(seconds=returned),
        authorizations=held if holds else [],
    )


def operation(kind: OperationKind, state: OperationState) -> Operation:
    return Operation(kind=kind, state=state)


CREATE, AUTHORIZE = OperationKind.CREATE_ORDER, OperationKind.AUTHORIZE
WANTED, CALLED, DONE, REJECTED = OperationState


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (None, PayStep.NOT_BEGUN),
        (payment(PaymentState.OPENED), PayStep.NOT_BEGUN),
        (payment(PaymentState.OPENED, operations=[operation(CREATE, WANTED)]), PayStep.PREPARING),
        (payment(PaymentState.OPENED, operations=[operation(CREATE, CALLED)]), PayStep.PREPARING),
        (payment(PaymentState.OPENED, operations=[operation(CREATE, REJECTED)]), PayStep.STUCK),
        (payment(PaymentState.ORDERED, orders=[order("CREATED")]), PayStep.READY),
        (payment(PaymentState.ORDERED, orders=[order("CREATED", returned=5)]), PayStep.CHECKING),
        (payment(PaymentState.ORDERED, orders=[order("CREATED", returned=31)]), PayStep.READY),
        (payment(PaymentState.ORDERED, orders=[order("CREATED", minutes_old=151)]), PayStep.LAPSED),
        (payment(PaymentState.APPROVED, orders=[order("APPROVED")]), PayStep.CHECKING),
        (
            payment(
                PaymentState.APPROVED, orders=[order("APPROVED")], operations=[operation(AUTHORIZE, REJECTED)]
            ),
            PayStep.STUCK,
        ),
        (
            payment(
                PaymentState.APPROVED,
                orders=[order("APPROVED")],
                operations=[operation(AUTHORIZE, REJECTED), operation(AUTHORIZE, WANTED)],
            ),
            PayStep.CHECKING,
        ),
        (payment(PaymentState.APPROVED, orders=[order("COMPLETED", holds="PENDING")]), PayStep.REVIEW),
        (payment(PaymentState.FAILED, orders=[order("DECLINED")]), PayStep.DECLINED),
        (
            payment(PaymentState.FAILED, orders=[order("DECLINED")], operations=[operation(CREATE, WANTED)]),
            PayStep.PREPARING,
        ),
        (payment(PaymentState.EXPIRED, orders=[order("EXPIRED")]), PayStep.LAPSED),
        (payment(PaymentState.VOIDED, orders=[order("COMPLETED", holds="VOIDED")]), PayStep.LAPSED),
        (payment(PaymentState.AUTHORIZED, orders=[order("COMPLETED", holds="CREATED")]), PayStep.DONE),
        (payment(PaymentState.CAPTURED), PayStep.DONE),
    ],
)
def test_where_a_payment_stands(found: Payment | None, step: PayStep) -> None:
    assert of_payment(found, at=NOW) is step


def test_what_moves_by_itself_is_waited_for() -> None:
    moving = {step for step in PayStep if step.moving}
    assert moving == {PayStep.PREPARING, PayStep.READY, PayStep.CHECKING, PayStep.REVIEW}
