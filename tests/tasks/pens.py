"""Writes and signs messages as the three providers do, for what our simulators never say by themselves.

What a provider may say one day, or said years ago, has to be genuine to be stored: so it is signed here,
under the secrets of the settings, and for PayPal under a certificate that the house is given.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exodrive.config import Settings
from exodrive.kernel import certificates, clock
from exodrive.providers import signatures
from tests.providers import chains
from tests.providers.faulty import Received

CERTIFICATE = "CERT-0a1b2c3d-4e5f6071-8293a4b5"


@dataclass(frozen=True, slots=True)
class Pens:
    """One pen for each provider; `body` is JSON that is given word for word."""

    settings: Settings
    chain: chains.Chain

    def write(self, provider: str, event: Any, *, body: bytes | None = None, key: str = "1") -> Received:
        """The message as it arrives. `key` tells Resend's messages apart: theirs is in the headers."""
        raw = json.dumps(event).encode() if body is None else body
        headers = {"paypal": self._paypal, "docuseal": self._docuseal, "resend": self._resend}[provider]
        lowered = {name.lower(): value for name, value in headers(raw, key).items()}
        return Received("POST", f"/{provider}", lowered, raw)

    @property
    def certificate_url(self) -> str:
        return f"{self.settings.paypal.base_url}/v1/notifications/certs/{CERTIFICATE}"

    def hand_over_certificate(self) -> None:
        """Give the house what PayPal's signatures are checked by. Inside a transaction."""
        root, leaf = self.chain.pem("root"), self.chain.pem("leaf", "intermediate")
        trust = signatures.paypal_trust(self.settings.paypal.base_url, sandbox=True)
        address, root_address = trust.files(self.certificate_url)
        certificates.keep({address: leaf, root_address: root}, at=clock.real_now())

    def _paypal(self, body: bytes, key: str) -> dict[str, str]:
        return chains.sign(
            body,
            owner=self.chain.owner,
            webhook_id=self.settings.paypal.webhook_id,
            url=self.certificate_url,
            at=_now(),
        )

    def _docuseal(self, body: bytes, key: str) -> dict[str, str]:
        stamp = str(int(_now().timestamp()))
        digest = hmac.new(
            self.settings.docuseal.webhook_secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256
        )
        return {"X-Docuseal-Signature": f"{stamp}.{digest.hexdigest()}"}

    def _resend(self, body: bytes, key: str) -> dict[str, str]:
        stamp = str(int(_now().timestamp()))
        secret = base64.b64decode(self.settings.resend.webhook_secret.removeprefix("whsec_"))
        digest = hmac.new(secret, f"msg_{key}.{stamp}.".encode() + body, hashlib.sha256).digest()
        return {
            "svix-id": f"msg_{key}",
            "svix-timestamp": stamp,
            "svix-signature": f"v1,{base64.b64encode(digest).decode()}",
        }


def of(settings: Settings) -> Pens:
    return Pens(settings, chains.chain(_now()))


def _now() -> datetime:
    return clock.real_now()
