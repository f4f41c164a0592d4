"""PayPal's Orders v2 and Payments v2.

https://developer.paypal.com/docs/api/orders/v2/ and https://developer.paypal.com/docs/api/payments/v2/

| answer | what leaves here |
|---|---|
| network, timeout, 5xx, 409 PREVIOUS_REQUEST_IN_PROGRESS | GatewayUnavailable, a write's outcome unknown |
| 429 | GatewayUnavailable |
| 401 | a new token and one more try; then GatewayUnavailable, since staff have to mend the keys |
| any other refusal, "done already" too | GatewayRejected with PayPal's issue (by remedy in `errors.py`) |

A repeated write carries the same `PayPal-Request-Id` and is answered with the first one's result: for 6 hours
for orders, 45 days for payments. Later, or where the outcome is unknown, read the order first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from exodrive.kernel.money import Money
from exodrive.payments.ports import (
    AuthorizationAnswer,
    CaptureAnswer,
    OrderAnswer,
    OrderRequest,
    RefundAnswer,
)
from exodrive.providers import reading
from exodrive.providers.paypal import shapes
from exodrive.providers.paypal.channel import WHOLE, Channel
from exodrive.providers.signatures import PayPalHeaders

T = TypeVar("T")

_AUTHORIZATION: Final = "/v2/payments/authorizations/{id}"
_AMOUNT: Final = "/purchase_units/@reference_id=='default'/amount"


class PayPal(Channel):
    """Orders, holds, captures and refunds, and PayPal's word on its own messages."""

    def create_order(self, request: OrderRequest) -> OrderAnswer:
        """Open an order for the payer to approve at `approve_url`."""
        return self._write(
            "/v2/checkout/orders", request.request_id, shapes.order_body(request), read=shapes.order
        )

    def show_order(self, order_id: str) -> OrderAnswer:
        return self._show("/v2/checkout/orders/{id}", order_id, read=shapes.order)

    def patch_order(self, order_id: str, *, amount: Money) -> OrderAnswer:
        """Ask the payer for another amount. PayPal answers with nothing, and then the order is read.

        It takes no key, and needs none: the same change may be made twice.
        """
        change = {"op": "replace", "path": _AMOUNT, "value": shapes.amount_body(amount)}
        self._send("PATCH", "/v2/checkout/orders/{id}", subject=order_id, body=[change])
        return self._after(lambda: self.show_order(order_id))

    def authorize(self, order_id: str, *, request_id: str) -> OrderAnswer:
        """Place the hold that the payer approved. An order takes one; see `authorizations` of the answer."""
        return self._write(
            "/v2/checkout/orders/{id}/authorize", request_id, {}, subject=order_id, read=shapes.order
        )

    def show_authorization(self, authorization_id: str) -> AuthorizationAnswer:
        return self._show(_AUTHORIZATION, authorization_id, read=shapes.authorization)

    def capture(
        self,
        authorization_id: str,
        *,
        amount: Money,
        invoice_id: str,
        final: bool,
        request_id: str,
        note: str = "",
    ) -> CaptureAnswer:
        """Take `amount` of the hold; `final` releases what is left of it."""
        body = {"amount": shapes.amount_body(amount), "invoice_id": invoice_id, "final_capture": final}
        return self._write(
            _AUTHORIZATION + "/capture",
            request_id,
            body | _note(note),
            subject=authorization_id,
            read=shapes.capture,
        )

    def reauthorize(self, authorization_id: str, *, amount: Money, request_id: str) -> AuthorizationAnswer:
        """Begin a new honour period: once, from day 4, of the original. The answer has a new id."""
        return self._write(
            _AUTHORIZATION + "/reauthorize",
            request_id,
            {"amount": shapes.amount_body(amount)},
            subject=authorization_id,
            read=shapes.authorization,
        )

    def void(self, authorization_id: str, *, request_id: str) -> AuthorizationAnswer:
        """Release the hold. PayPal may answer with nothing, and then the authorization is read."""
        answer = self._send(
            "POST", _AUTHORIZATION + "/void", subject=authorization_id, headers=_once(request_id), body={}
        )
        if answer.body:
            return self._read(answer, shapes.authorization)
        return self._after(lambda: self.show_authorization(authorization_id))

    def show_capture(self, capture_id: str) -> CaptureAnswer:
        return self._show("/v2/payments/captures/{id}", capture_id, read=shapes.capture)

    def refund(
        self, capture_id: str, *, amount: Money, invoice_id: str, request_id: str, note: str = ""
    ) -> RefundAnswer:
        """Give `amount` back; the answer may be PENDING. `invoice_id` must be new to PayPal."""
        body = {"amount": shapes.amount_body(amount), "invoice_id": invoice_id}
        return self._write(
            "/v2/payments/captures/{id}/refund",
            request_id,
            body | _note(note),
            subject=capture_id,
            read=shapes.refund,
        )

    def show_refund(self, refund_id: str) -> RefundAnswer:
        return self._show("/v2/payments/refunds/{id}", refund_id, read=shapes.refund)

    def confirms_webhook(self, headers: PayPalHeaders, body: bytes, *, webhook_id: str) -> bool:
        """Ask PayPal itself whether a message is its own; for certificates that we cannot judge.

        The bytes are sent on as they came. PayPal cannot judge messages of its dashboard's simulator.
        https://developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature_post
        """
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            return False  # what is not one JSON value could end our own object early
        question = json.dumps(
            {
                "auth_algo": headers.algorithm,
                "cert_url": headers.certificate_url,
                "transmission_id": headers.transmission_id,
                "transmission_sig": headers.signature,
                "transmission_time": headers.transmission_time,
                "webhook_id": webhook_id,
            }
        )
        raw = question[:-1].encode() + b', "webhook_event": ' + body + b"}"
        answer = self._send("POST", "/v1/notifications/verify-webhook-signature", raw=raw, write=False)
        return self._read(answer, _verification) == "SUCCESS"

    def _write(
        self,
        path: str,
        request_id: str,
        body: Mapping[str, Any],
        *,
        read: Callable[[Any], T],
        subject: str | None = None,
    ) -> T:
        answer = self._send("POST", path, subject=subject, headers=_once(request_id), body=body)
        return self._read(answer, read)


def _once(request_id: str) -> dict[str, str]:
    """What makes a write one write however often it is sent, and has it answered in full."""
    return {"PayPal-Request-Id": request_id, **WHOLE}


def _verification(data: Any) -> str:
    return reading.one_of(reading.mapping(data), "verification_status", {"SUCCESS", "FAILURE"})


def _note(note: str) -> dict[str, str]:
    return {"note_to_payer": note[: shapes.LONGEST_NOTE]} if note else {}
