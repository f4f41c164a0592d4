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

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import requests
import structlog
from requests.auth import HTTPBasicAuth

from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.kernel.money import Money
from exodrive.payments.ports import (
    AuthorizationAnswer,
    CaptureAnswer,
    OrderAnswer,
    OrderRequest,
    RefundAnswer,
)
from exodrive.providers import http, reading
from exodrive.providers.credentials import Bearer
from exodrive.providers.http import Answer, Http, Malformed, Unauthorized
from exodrive.providers.paypal import errors, shapes
from exodrive.providers.paypal.tokens import MemoryTokens, TokenStore
from exodrive.providers.signatures import PayPalHeaders

log = structlog.get_logger(__name__)

T = TypeVar("T")

_AUTHORIZATION: Final = "/v2/payments/authorizations/{id}"


class PayPal:
    """PayPal at one address, for one merchant. Threads may share it."""

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        client_secret: str,
        tokens: TokenStore | None = None,
        timeout: tuple[float, float] = http.TIMEOUT,
        session: requests.Session | None = None,
    ) -> None:
        self._http = Http(
            "paypal",
            base_url,
            errors.read_problem,
            later=errors.LATER,
            timeout=timeout,
            session=session or http.new_session(),
        )
        self._basic = HTTPBasicAuth(client_id, client_secret)
        self._tokens = tokens or MemoryTokens()
        self._asking = threading.Lock()
        # Another secret or address must not find the old one's token.
        identity = f"{base_url}\n{client_id}\n{client_secret}".encode()
        self._token_name = base64.b32encode(hashlib.sha256(identity).digest()).decode()[:26]

    def create_order(self, request: OrderRequest) -> OrderAnswer:
        """Open an order for the payer to approve at `approve_url`."""
        return self._write(
            "/v2/checkout/orders", request.request_id, shapes.order_body(request), read=shapes.order
        )

    def show_order(self, order_id: str) -> OrderAnswer:
        return self._show("/v2/checkout/orders/{id}", order_id, read=shapes.order)

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
            "POST", _AUTHORIZATION + "/void", subject=authorization_id, request_id=request_id, body={}
        )
        if answer.body:
            return self._read(answer, shapes.authorization)
        try:
            return self.show_authorization(authorization_id)
        except GatewayUnavailable as error:
            raise GatewayUnavailable(
                str(error), retry_after=error.retry_after, outcome_unknown=True
            ) from error

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
        answer = self._send("POST", path, subject=subject, request_id=request_id, body=body)
        return self._read(answer, read)

    def _show(self, path: str, subject: str, *, read: Callable[[Any], T]) -> T:
        return self._read(self._send("GET", path, subject=subject, write=False), read)

    def _read(self, answer: Answer, read: Callable[[Any], T]) -> T:
        try:
            return read(answer.json())
        except Malformed as error:
            raise self._http.misread(answer, error) from error

    def _send(
        self,
        method: str,
        path: str,
        *,
        subject: str | None = None,
        request_id: str | None = None,
        body: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        write: bool = True,
    ) -> Answer:
        """Send with a token, and once more with a new one where PayPal does not know it any more."""
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        if request_id is not None:
            headers |= {"PayPal-Request-Id": request_id, "Prefer": "return=representation"}
        content = raw if raw is not None else json.dumps(body).encode() if body else None

        def send(token: str) -> Answer:
            return self._http.call(
                method,
                path,
                auth=Bearer(token),
                ids=None if subject is None else {"id": subject},
                headers=headers,
                body=content,
                write=write,
            )

        token = self._token()
        try:
            try:
                return send(token)
            except Unauthorized:
                self._tokens.drop(self._token_name, token)
                return send(self._token())
        except GatewayRejected as error:
            remedy = errors.remedy(error.code)
            log.info("paypal.refused", code=error.code, reference=error.reference, remedy=remedy.value)
            raise

    def _token(self) -> str:
        """A token that will last for the call. One thread asks, the others wait for its answer."""
        kept = self._tokens.get(self._token_name)
        if kept is not None:
            return kept
        with self._asking:
            kept = self._tokens.get(self._token_name)
            return kept if kept is not None else self._ask_for_token()

    def _ask_for_token(self) -> str:
        """https://developer.paypal.com/api/rest/authentication/"""
        answer = self._http.call(
            "POST",
            "/v1/oauth2/token",
            auth=self._basic,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=b"grant_type=client_credentials",
            write=False,
        )
        token, seconds = self._read(answer, _access_token)
        self._tokens.put(self._token_name, token, seconds=seconds)
        return token


def _access_token(data: Any) -> tuple[str, int]:
    body = reading.mapping(data)
    return reading.text(body, "access_token"), reading.whole(body, "expires_in")


def _verification(data: Any) -> str:
    return reading.one_of(reading.mapping(data), "verification_status", {"SUCCESS", "FAILURE"})


def _note(note: str) -> dict[str, str]:
    return {"note_to_payer": note[: shapes.LONGEST_NOTE]} if note else {}
