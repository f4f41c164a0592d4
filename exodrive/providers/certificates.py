"""Decides on PayPal messages that the web could not: fetches the certificate, or asks PayPal. For workers.

Nothing is stored here: what was fetched comes back with the verdict, to be kept by the caller in the
transaction that records it. Certificates are cached by address; PayPal gives a new one a new address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import requests

from exodrive.kernel.errors import GatewayRejected
from exodrive.providers import http, signatures
from exodrive.providers.http import Answer, Http, Problem
from exodrive.providers.paypal.client import PayPal
from exodrive.providers.signatures import Distrust, PayPalHeaders, PayPalTrust, State, Verdict, Why

MAX_PEM_BYTES: Final = 64 * 1024  # a leaf with its whole chain has about 8 kB


@dataclass(frozen=True, slots=True)
class Judgement:
    """The last word on a message, and the certificates fetched for it that are worth keeping."""

    verdict: Verdict
    fetched: Mapping[str, bytes] = field(default_factory=dict)


class PayPalMessages:
    """Judges PayPal's messages for one subscription, with the network at hand."""

    def __init__(
        self,
        paypal: PayPal,
        *,
        webhook_id: str,
        trust: PayPalTrust,
        timeout: tuple[float, float] = http.TIMEOUT,
        session: requests.Session | None = None,
    ) -> None:
        self._paypal = paypal
        self._webhook_id = webhook_id
        self._trust = trust
        self._files = Http("paypal", "", _any_refusal, timeout=timeout, session=session or http.new_session())

    def judge(
        self, headers: Mapping[str, str], body: bytes, *, certificates: Mapping[str, bytes], at: datetime
    ) -> Judgement:
        """Verified or refused, never undecided. `at` is when the message arrived, in real time.

        Raises GatewayUnavailable where PayPal cannot be asked now.
        """
        verdict = self._check(headers, body, certificates, at=at)
        fetched: dict[str, bytes] = {}
        if verdict.needs:
            try:
                fetched = {url: self._fetch(url) for url in verdict.needs}
            except GatewayRejected:  # there is no such certificate
                return Judgement(Verdict(State.REFUSED, Why.NO_CERTIFICATE))
            verdict = self._check(headers, body, {**certificates, **fetched}, at=at)
        if verdict.state is State.UNDECIDED:
            return Judgement(self._ask(headers, body))
        believed = not isinstance(verdict.why, Distrust)
        return Judgement(verdict, fetched if believed else {})

    def _fetch(self, url: str) -> bytes:
        """The file at an address that a verdict `needs`. Raises GatewayRejected where there is none."""
        return self._files.fetch(url, label="(certificate)", max_bytes=MAX_PEM_BYTES).body

    def _check(
        self, headers: Mapping[str, str], body: bytes, certificates: Mapping[str, bytes], *, at: datetime
    ) -> Verdict:
        return signatures.paypal(
            headers,
            body,
            webhook_ids=[self._webhook_id],
            trust=self._trust,
            certificates=certificates,
            at=at,
        )

    def _ask(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """PayPal's own word on a certificate whose issuer we do not know."""
        read = signatures.paypal_headers(headers, trust=self._trust)
        confirmed = isinstance(read, PayPalHeaders) and self._paypal.confirms_webhook(
            read, body, webhook_id=self._webhook_id
        )
        return Verdict(State.VERIFIED) if confirmed else Verdict(State.REFUSED, Why.SIGNATURE)


def _any_refusal(answer: Answer) -> Problem:
    """A file server's refusal has no words to read."""
    return Problem(f"http_{answer.status}")
