"""Orders of an amount that is not wanted any more: changed at PayPal, or replaced by another."""

from __future__ import annotations

from datetime import datetime

from exodrive.payments import opening, operations, states, tree
from exodrive.payments.models import Operation, OperationKind, Order, Payment


def keep_to_amount(payment: Payment, operation: Operation, *, at: datetime) -> bool:
    """Whether an order was made or changed by this, so that the payer can approve what is wanted now.

    Where the amount has changed under way, the order is changed once more; one that PayPal does not change
    although it said so is replaced.
    """
    order = _order(payment, operation) if operation.kind in operations.ORDERING else None
    if order is None or order.status not in opening.WAITS_FOR_PAYER:
        return False
    if tree.asks_rightly(payment, order):
        return bool(order.approve_url)
    if operation.kind == OperationKind.PATCH_ORDER and order.amount != operation.amount:
        replace_order(payment, operation, at=at)
    else:
        opening.want_patch(payment, order, at=at)
    return False


def replace_order(payment: Payment, operation: Operation, *, at: datetime) -> None:
    """Put the order aside that could not be changed, and have another made while nothing is paid."""
    order = _order(payment, operation)
    if order is not None and order.status in opening.WAITS_FOR_PAYER:
        order.status = states.OUTDATED_ORDER
        tree.refresh_state(payment, at=at)
    if payment.state in opening.PAYABLE:
        operations.want(payment, OperationKind.CREATE_ORDER, amount=payment.money, at=at, again=True)


def _order(payment: Payment, operation: Operation) -> Order | None:
    """The order that was changed, or the one that was made last."""
    if operation.kind == OperationKind.PATCH_ORDER:
        return next((row for row in payment.orders if row.id == operation.target_id), None)
    return payment.orders[-1] if payment.orders else None
