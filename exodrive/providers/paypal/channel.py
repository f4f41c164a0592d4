"""Talking with PayPal as one merchant: its token, one more try with a new one, reading what comes back."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import requests
import structlog
from requests.auth import HTTPBasicAuth

from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.providers import http, reading
from exodrive.providers.breaker import Breaker
from exodrive.providers.credentials import Bearer
from exodrive.providers.http import Answer, Http, Malformed, Unauthorized
from exodrive.providers.paypal import errors
from exodrive.providers.paypal.tokens import MemoryTokens, TokenStore

log = structlog.get_logger(__name__)

T = TypeVar("T")

# PayPal answers a write with little more than an id unless it is asked for all of it.
WHOLE: Final = {"Prefer": "return=representation"}


class Channel:
    """PayPal at one address, for one merchant. Threads may share it.

    Clients of the same merchant share one token through `tokens` and one circuit through `breaker`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        client_secret: str,
        tokens: TokenStore | None = None,
        timeout: tuple[float, float] = http.TIMEOUT,
        session: requests.Session | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._http = Http(
            "paypal",
            base_url,
            errors.read_problem,
            later=errors.LATER,
            timeout=timeout,
            session=session or http.new_session(),
            breaker=breaker,
        )
        self._basic = HTTPBasicAuth(client_id, client_secret)
        self._tokens = tokens or MemoryTokens()
        # Another secret or address must not find the old one's token.
        identity = f"{base_url}\n{client_id}\n{client_secret}".encode()
        self._token_name = base64.b32encode(hashlib.sha256(identity).digest()).decode()[:26]

    def _show(self, path: str, subject: str, *, read: Callable[[Any], T]) -> T:
        return self._read(self._send("GET", path, subject=subject, write=False), read)

    def _read(self, answer: Answer, read: Callable[[Any], T]) -> T:
        try:
            return read(answer.json())
        except Malformed as error:
            raise self._http.misread(answer, error) from error

    def _after(self, look: Callable[[], T]) -> T:
        """Read what a write has made of something. The write is done: what cannot be read is unknown."""
        try:
            return look()
        except GatewayUnavailable as error:
            raise GatewayUnavailable(
                str(error), retry_after=error.retry_after, outcome_unknown=True
            ) from error

    def _send(
        self,
        method: str,
        path: str,
        *,
        subject: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        raw: bytes | None = None,
        write: bool = True,
    ) -> Answer:
        """Send with a token, and once more with a new one where PayPal does not know it any more."""
        typed = {"Content-Type": "application/json"} if method in ("POST", "PATCH") else {}
        content = raw if raw is not None else json.dumps(body).encode() if body else None

        def send(token: str) -> Answer:
            return self._http.call(
                method,
                path,
                auth=Bearer(token),
                ids=None if subject is None else {"id": subject},
                query=query,
                headers={**typed, **(headers or {})},
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
        """A token that will last for the call. One worker asks, the others wait for its answer."""
        kept = self._tokens.get(self._token_name)
        if kept is not None:
            return kept
        with self._tokens.asking(self._token_name):
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
