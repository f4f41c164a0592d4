"""PayPal's JSON, read strictly into the port's answers, and our requests written as PayPal wants them.

Money is a text of major units here and nowhere else. Every reader raises Malformed.
"""

from __future__ import annotations

import re
from typing import Any, Final

from exodrive.kernel.money import Money, MoneyError
from exodrive.payments.ports import (
    AuthorizationAnswer,
    CaptureAnswer,
    OrderAnswer,
    OrderRequest,
    RefundAnswer,
)
from exodrive.providers import reading
from exodrive.providers.http import Malformed

# The longest texts PayPal takes; what is only to be read by people is cut, keys are refused by PayPal itself.
LONGEST_DESCRIPTION: Final = 127
LONGEST_NOTE: Final = 255

ORDER_STATUSES: Final = frozenset(
    {"CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"}
)
AUTHORIZATION_STATUSES: Final = frozenset(
    {"CREATED", "CAPTURED", "DENIED", "PARTIALLY_CAPTURED", "VOIDED", "PENDING"}
)
CAPTURE_STATUSES: Final = frozenset(
    {"COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"}
)
REFUND_STATUSES: Final = frozenset({"CANCELLED", "FAILED", "PENDING", "COMPLETED"})

_PARENT: Final = re.compile(r"/v2/payments/(authorizations|captures)/([A-Z0-9]+)/?$")


def order_body(request: OrderRequest) -> dict[str, Any]:
    """The body of `POST /v2/checkout/orders`: one purchase unit, nothing shipped, paid on PayPal's page."""
    return {
        "intent": "AUTHORIZE",
        "purchase_units": [
            {
                "reference_id": "default",
                "custom_id": request.reference,
                "invoice_id": request.invoice_id,
                "description": request.description[:LONGEST_DESCRIPTION],
                "amount": amount_body(request.amount),
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "brand_name": request.brand[:LONGEST_DESCRIPTION],
                    "locale": request.locale,
                    "shipping_preference": "NO_SHIPPING",
                    "user_action": "PAY_NOW",
                    "return_url": request.return_url,
                    "cancel_url": request.cancel_url,
                }
            }
        },
    }


def amount_body(amount: Money) -> dict[str, str]:
    return {"currency_code": amount.currency, "value": amount.to_text()}


def order(data: Any) -> OrderAnswer:
    """An order and all that hangs on its one purchase unit."""
    body = reading.mapping(data)
    order_id = reading.text(body, "id")
    units = reading.children(body, "purchase_units")
    if len(units) != 1:
        raise Malformed(f"the order has {len(units)} purchase units, not one")
    unit = units[0]
    payments = reading.child(unit, "payments")
    return OrderAnswer(
        paypal_id=order_id,
        status=reading.one_of(body, "status", ORDER_STATUSES),
        amount=_amount(unit, "amount"),
        reference=reading.text_or_none(unit, "custom_id"),
        approve_url=_link(body, "payer-action") or _link(body, "approve"),
        created_at=reading.time_or_none(body, "create_time"),
        payer_email=_payer_email(body),
        authorizations=tuple(
            authorization(each, order_id=order_id) for each in reading.children(payments, "authorizations")
        ),
        captures=tuple(capture(each) for each in reading.children(payments, "captures")),
        refunds=tuple(refund(each) for each in reading.children(payments, "refunds")),
    )


def authorization(data: Any, *, order_id: str | None = None) -> AuthorizationAnswer:
    body = reading.mapping(data)
    return AuthorizationAnswer(
        paypal_id=reading.text(body, "id"),
        status=reading.one_of(body, "status", AUTHORIZATION_STATUSES),
        amount=_amount(body, "amount"),
        created_at=reading.time_or_none(body, "create_time"),
        expires_at=reading.time_or_none(body, "expiration_time"),
        invoice_id=reading.text_or_none(body, "invoice_id"),
        order_id=_related(body, "order_id") or order_id,
    )


def capture(data: Any) -> CaptureAnswer:
    """A capture. Its fee is missing while it is pending."""
    body = reading.mapping(data)
    breakdown = reading.child(body, "seller_receivable_breakdown")
    return CaptureAnswer(
        paypal_id=reading.text(body, "id"),
        authorization_id=_related(body, "authorization_id") or _parent(body, "authorizations"),
        status=reading.one_of(body, "status", CAPTURE_STATUSES),
        amount=_amount(body, "amount"),
        invoice_id=reading.text_or_none(body, "invoice_id"),
        final=body.get("final_capture") is True,
        fee=_amount_or_none(breakdown, "paypal_fee"),
        net=_amount_or_none(breakdown, "net_amount"),
        created_at=reading.time_or_none(body, "create_time"),
    )


def refund(data: Any) -> RefundAnswer:
    body = reading.mapping(data)
    return RefundAnswer(
        paypal_id=reading.text(body, "id"),
        capture_id=_parent(body, "captures"),
        status=reading.one_of(body, "status", REFUND_STATUSES),
        amount=_amount(body, "amount"),
        invoice_id=reading.text_or_none(body, "invoice_id"),
        created_at=reading.time_or_none(body, "create_time"),
    )


def _amount(data: dict[str, Any], name: str) -> Money:
    body = reading.mapping(data.get(name), name)
    try:
        return Money.from_text(reading.text(body, "value"), reading.text(body, "currency_code"))
    except MoneyError as error:
        raise Malformed(f"{name}: {error}") from error


def _amount_or_none(data: dict[str, Any], name: str) -> Money | None:
    return None if data.get(name) is None else _amount(data, name)


def _link(data: dict[str, Any], rel: str) -> str | None:
    return next(
        (reading.text(each, "href") for each in reading.children(data, "links") if each.get("rel") == rel),
        None,
    )


def _parent(data: dict[str, Any], kind: str) -> str | None:
    """The id of what this hangs on, which PayPal names only in a link `up`."""
    found = _PARENT.search(_link(data, "up") or "")
    return found.group(2) if found and found.group(1) == kind else None


def _related(data: dict[str, Any], name: str) -> str | None:
    related = reading.child(reading.child(data, "supplementary_data"), "related_ids")
    return reading.text_or_none(related, name)


def _payer_email(data: dict[str, Any]) -> str | None:
    """The payer's address, in the place of today or the older one."""
    wallet = reading.child(reading.child(data, "payment_source"), "paypal")
    return reading.text_or_none(wallet, "email_address") or reading.text_or_none(
        reading.child(data, "payer"), "email_address"
    )
