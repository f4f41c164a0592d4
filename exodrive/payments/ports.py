"""What payments need from a payment provider, in our words. `exodrive.providers.paypal` gives it.

Statuses are PayPal's own (https://developer.paypal.com/docs/api/orders/v2/ and .../payments/v2/); amounts are
Money; times are aware. Every call may raise GatewayUnavailable or GatewayRejected, whose `code` is PayPal's
`details[].issue` where it names one, else the error's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from exodrive.kernel.money import Money


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A payment to be approved by the payer, intent AUTHORIZE. `reference` and `invoice_id` are ours."""

    request_id: str
    reference: str
    invoice_id: str
    amount: Money
    description: str
    return_url: str
    cancel_url: str
    brand: str
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    paypal_id: str
    capture_id: str | None
    status: str  # CANCELLED FAILED PENDING COMPLETED
    amount: Money
    invoice_id: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaptureAnswer:
    """`fee` and `net` come from the seller breakdown, once PayPal knows them."""

    paypal_id: str
    authorization_id: str | None
    status: str  # COMPLETED DECLINED PARTIALLY_REFUNDED PENDING REFUNDED FAILED
    amount: Money
    invoice_id: str | None = None
    final: bool = False
    fee: Money | None = None
    net: Money | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationAnswer:
    """`created_at` starts the honour period of 3 days; `expires_at` is day 29."""

    paypal_id: str
    status: str  # CREATED CAPTURED DENIED PARTIALLY_CAPTURED VOIDED PENDING
    amount: Money
    created_at: datetime | None = None
    expires_at: datetime | None = None
    invoice_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """An order with all that hangs on it. `approve_url` is where the payer goes, while they have to."""

    paypal_id: str
    status: str  # CREATED SAVED APPROVED VOIDED COMPLETED PAYER_ACTION_REQUIRED
    amount: Money
    reference: str | None = None
    approve_url: str | None = None
    created_at: datetime | None = None
    payer_email: str | None = None
    authorizations: tuple[AuthorizationAnswer, ...] = field(default=())
    captures: tuple[CaptureAnswer, ...] = field(default=())
    refunds: tuple[RefundAnswer, ...] = field(default=())


class PaymentGateway(Protocol):
    """A payment provider. Writes carry our own idempotency key and may be repeated with it."""

    def create_order(self, request: OrderRequest) -> OrderAnswer: ...

    def show_order(self, order_id: str) -> OrderAnswer: ...

    def patch_order(self, order_id: str, *, amount: Money) -> OrderAnswer:
        """Have the payer approve another amount. PayPal refuses it once they have approved one."""
        ...

    def authorize(self, order_id: str, *, request_id: str) -> OrderAnswer: ...

    def show_authorization(self, authorization_id: str) -> AuthorizationAnswer: ...

    def capture(
        self,
        authorization_id: str,
        *,
        amount: Money,
        invoice_id: str,
        final: bool,
        request_id: str,
        note: str = "",
    ) -> CaptureAnswer: ...

    def reauthorize(
        self, authorization_id: str, *, amount: Money, request_id: str
    ) -> AuthorizationAnswer: ...

    def void(self, authorization_id: str, *, request_id: str) -> AuthorizationAnswer: ...

    def show_capture(self, capture_id: str) -> CaptureAnswer: ...

    def refund(
        self, capture_id: str, *, amount: Money, invoice_id: str, request_id: str, note: str = ""
    ) -> RefundAnswer: ...

    def show_refund(self, refund_id: str) -> RefundAnswer: ...
