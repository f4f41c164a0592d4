"""Do messages that PayPal really sent verify, and altered copies not?

    python -m tests.genuine.check FOLDER

FOLDER has a `vectors.json` (a list of messages with their headers, body and certificate file) and the PEM
files it names. Each message is checked with the clock at its own time, as the product would have then. Such
messages belong to others, so none of them is kept here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from exodrive.providers import signatures
from exodrive.providers.signatures import Distrust, State, Verdict, Why
from tests.providers import chains

SANDBOX, LIVE = "https://api-m.sandbox.paypal.com", "https://api-m.paypal.com"
Case = tuple[str, Verdict, State, Why | Distrust | None]


@dataclass(frozen=True, slots=True)
class Message:
    """A message with the file of its certificate, and the moment at which it was signed."""

    headers: Mapping[str, str]
    body: bytes
    webhook_id: str
    pem: bytes
    at: datetime

    @classmethod
    def read(cls, vector: dict[str, Any], folder: Path) -> Message:
        headers = {
            "Paypal-Transmission-Id": vector["transmission_id"],
            "Paypal-Transmission-Time": vector["transmission_time"],
            "Paypal-Transmission-Sig": vector["sig"],
            "Paypal-Cert-Url": vector["cert_url"],
            "Paypal-Auth-Algo": vector["auth_algo"],
        }
        return cls(
            headers,
            vector["body"].encode(),
            vector["webhook_id"],
            (folder / vector["cert_file"]).read_bytes(),
            datetime.fromisoformat(vector["transmission_time"]),
        )

    @property
    def url(self) -> str:
        return self.headers["Paypal-Cert-Url"]

    def check(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        later: timedelta = timedelta(),
        webhook_id: str | None = None,
        certificates: Mapping[str, bytes] | None = None,
        base_url: str = SANDBOX,
    ) -> Verdict:
        """What the product makes of it, with these parts altered."""
        return signatures.paypal(
            self.headers if headers is None else headers,
            self.body if body is None else body,
            webhook_ids=[webhook_id or self.webhook_id],
            trust=signatures.paypal_trust(base_url),
            certificates={self.url: self.pem} if certificates is None else certificates,
            at=self.at + later,
        )

    def saying(self, name: str, value: str) -> Verdict:
        """The same with another header; a certificate's address leads to the same file."""
        given = {**self.headers, name: value}
        return self.check(headers=given, certificates={given["Paypal-Cert-Url"]: self.pem})


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    folder = Path(arguments[0])
    wrong = checked = 0
    for vector in json.loads((folder / "vectors.json").read_text()):
        print(vector["name"])
        message = Message.read(vector, folder)
        for label, verdict, state, why in (*_bodies(message), *_headers(message), *_certificates(message)):
            fits = (verdict.state, verdict.why) == (state, why)
            wrong, checked = wrong + (not fits), checked + 1
            print(f"  {'ok ' if fits else 'BAD'} {label}: {verdict.state} {verdict.why or ''}".rstrip())
    print(f"{wrong} of {checked} wrong" if wrong else f"All {checked} as expected.")
    return 1 if wrong or not checked else 0


def _bodies(message: Message) -> Iterator[Case]:
    """The message as it was, and each way of altering what it says."""
    body = message.body
    yield "genuine", message.check(), State.VERIFIED, None
    last = len(body.rstrip(b"}")) - 1
    altered = {
        "one byte changed": body[:last] + bytes([body[last] ^ 1]) + body[last + 1 :],
        "one byte more": body + b" ",
        "a line break more": body + b"\n",
        "half of it": body[: len(body) // 2],
        "nothing": b"",
        "written again": json.dumps(json.loads(body), indent=1).encode(),
        "its fields in another order": json.dumps(dict(reversed(json.loads(body).items()))).encode(),
        "another amount": body.replace(b'"total":"', b'"total":"9').replace(b'"value":"', b'"value":"9'),
    }
    for label, other in altered.items():
        if other != body:
            yield label, message.check(body=other), State.REFUSED, Why.SIGNATURE


def _headers(message: Message) -> Iterator[Case]:
    """Each header altered, and each of them missing."""
    refused, signature = State.REFUSED, Why.SIGNATURE
    given = message.headers
    small = {name.lower(): value for name, value in given.items()}
    yield "names in small letters", message.check(headers=small), State.VERIFIED, None
    for name in given:
        without = {each: value for each, value in given.items() if each != name}
        yield f"without {name}", message.check(headers=without), refused, Why.HEADERS
    later = (message.at + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    turned = given["Paypal-Transmission-Id"][::-1]
    yield "another time", message.saying("Paypal-Transmission-Time", later), refused, signature
    yield "another id", message.saying("Paypal-Transmission-Id", turned), refused, signature
    forged = _turned(given["Paypal-Transmission-Sig"])
    yield "another signature", message.saying("Paypal-Transmission-Sig", forged), refused, signature
    yield "no base64", message.saying("Paypal-Transmission-Sig", "?" * 40), refused, Why.HEADERS
    for algorithm in ("SHA1withRSA", "sha256withrsa", "none"):
        verdict = message.saying("Paypal-Auth-Algo", algorithm)
        yield f"the algorithm {algorithm}", verdict, refused, Why.ALGORITHM
    for other in ("1AB23456CD7890123", "WEBHOOK_ID"):
        if other != message.webhook_id:
            yield f"the subscription {other}", message.check(webhook_id=other), refused, signature


def _certificates(message: Message) -> Iterator[Case]:
    """Other certificates, other addresses of them, and other times."""
    refused, url = State.REFUSED, message.url
    yield "three days later", message.check(later=timedelta(days=3)), State.VERIFIED, None
    for years in (10, -10):
        verdict = message.check(later=timedelta(days=365 * years))
        yield f"{years} years later", verdict, refused, Distrust.EXPIRED
    crooked = {
        "a foreign host": url.replace("paypal.com", "paypal.com.example", 1),
        "a host before it": url.replace("https://", "https://paypal.com@evil.example/", 1),
        "no encryption": url.replace("https", "http", 1),
        "a port": url.replace(".com/", ".com:8443/", 1),
        "a query": f"{url}?x=1",
        "another folder": url.replace("/certs/", "/certs/../x/", 1),
        "an escape": url.replace("/certs/", "/certs/%2e%2e/", 1),
    }
    for label, address in crooked.items():
        yield f"{label} in the address", message.saying("Paypal-Cert-Url", address), refused, Why.ADDRESS
    yield "the live house", message.check(base_url=LIVE), refused, Why.ADDRESS
    elsewhere = message.check(headers={**message.headers, "Paypal-Cert-Url": f"{url}-2"})
    yield "another certificate's address", elsewhere, State.UNDECIDED, Why.NO_CERTIFICATE
    yield "no certificate at hand", message.check(certificates={}), State.UNDECIDED, Why.NO_CERTIFICATE
    unreadable = message.check(certificates={url: b"-----BEGIN CERTIFICATE-----"})
    yield "a file that is no certificate", unreadable, refused, Distrust.UNREADABLE
    stranger = chains.chain(message.at)
    # Not refused at once: PayPal may have a new issuer. It is asked, and says no.
    alone = message.check(certificates={url: stranger.pem("leaf")})
    yield "a stranger's certificate", alone, State.UNDECIDED, Distrust.UNKNOWN_ISSUER
    whole = message.check(certificates={url: stranger.pem("leaf", "intermediate", "root")})
    yield "a stranger's chain", whole, refused, Distrust.CHAIN


def _turned(signature: str) -> str:
    """Another signature of the same length, still base64."""
    return ("B" if signature[0] == "A" else "A") + signature[1:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
