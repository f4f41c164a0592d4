"""Making the call that an operation stands for. No transaction, no lock, no session here.

An operation that was called before has an unknown outcome: the provider is read first, and the call is
repeated, with the same key, only where nothing is found.
"""

from __future__ import annotations

from exodrive.payments.models import OperationKind
from exodrive.payments.operations import Request
from exodrive.payments.ports import (
    AuthorizationAnswer,
    CaptureAnswer,
    OrderAnswer,
    OrderRequest,
    PaymentGateway,
    RefundAnswer,
)

Answer = OrderAnswer | AuthorizationAnswer | CaptureAnswer | RefundAnswer


def call(  # noqa: PLR0911  one return for each kind of call
    gateway: PaymentGateway, request: Request, *, order: OrderRequest | None
) -> Answer:
    """Do it, or find that it was done. `order` is what a new order says.

    Raises GatewayUnavailable or GatewayRejected.
    """
    if request.called_before:
        found = _find(gateway, request)
        if found is not None:
            return found
    match request.kind:
        case OperationKind.CREATE_ORDER:
            if order is None:
                raise ValueError("a new order needs its words")
            return gateway.create_order(order)
        case OperationKind.PATCH_ORDER:
            return gateway.patch_order(_known(request.order_id), amount=request.amount)
        case OperationKind.AUTHORIZE:
            return gateway.authorize(_known(request.order_id), request_id=request.request_id)
        case OperationKind.CAPTURE:
            return gateway.capture(
                _known(request.authorization_id),
                amount=request.amount,
                invoice_id=request.invoice_id,
                final=request.final,
                request_id=request.request_id,
            )
        case OperationKind.REAUTHORIZE:
            return gateway.reauthorize(
                _known(request.authorization_id), amount=request.amount, request_id=request.request_id
            )
        case OperationKind.VOID:
            return gateway.void(_known(request.authorization_id), request_id=request.request_id)
        case OperationKind.REFUND:
            return gateway.refund(
                _known(request.capture_id),
                amount=request.amount,
                invoice_id=request.invoice_id,
                request_id=request.request_id,
            )


def _find(  # noqa: PLR0911  one return for each kind of call
    gateway: PaymentGateway, request: Request
) -> Answer | None:
    """What PayPal shows of an earlier call; None where it shows nothing of it."""
    if request.kind == OperationKind.VOID and request.authorization_id:
        shown = gateway.show_authorization(request.authorization_id)
        return shown if shown.status == "VOIDED" else None
    if request.order_id is None or request.kind == OperationKind.REAUTHORIZE:
        # A new order has no id to read, and an order does not list reauthorizations: the key answers, as
        # PayPal repeats the first answer to it (6 hours for orders, 45 days for reauthorizations).
        return None
    order = gateway.show_order(request.order_id)
    match request.kind:
        case OperationKind.PATCH_ORDER:
            return order if order.amount == request.amount else None
        case OperationKind.AUTHORIZE:
            return order if order.authorizations else None
        case OperationKind.CAPTURE:
            return next((row for row in order.captures if row.invoice_id == request.invoice_id), None)
        case OperationKind.REFUND:
            return next((row for row in order.refunds if row.invoice_id == request.invoice_id), None)
    return None


def _known(paypal_id: str | None) -> str:
    if paypal_id is None:
        raise ValueError("the operation's target is unknown at PayPal")
    return paypal_id
