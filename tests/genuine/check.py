"""Do messages that PayPal really sent verify, and altered copies not?

    python -m tests.genuine.check FOLDER

FOLDER has a `vectors.json` (a list of messages with their headers, body and certificate file) and the PEM
files it names. Each message is checked with the clock at its own time, as the product would have then. Such
messages belong to others, so none of them is kept here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from exodrive.providers import signatures
from exodrive.providers.signatures import Distrust, State, Verdict, Why

Case = tuple[str, Verdict, State, Why | Distrust | None]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    folder = Path(arguments[0])
    wrong = 0
    for vector in json.loads((folder / "vectors.json").read_text()):
        print(vector["name"])
        for label, verdict, state, why in _cases(vector, (folder / vector["cert_file"]).read_bytes()):
            fits = (verdict.state, verdict.why) == (state, why)
            wrong += not fits
            print(f"  {'ok ' if fits else 'BAD'} {label}: {verdict.state} {verdict.why or ''}".rstrip())
    print(f"{wrong} wrong" if wrong else "All as expected.")
    return 1 if wrong else 0


def _cases(vector: dict[str, Any], pem: bytes) -> Iterator[Case]:
    """The message as it was, and each way of altering it."""
    body = vector["body"].encode()
    at = datetime.fromisoformat(vector["transmission_time"])
    headers = {
        "Paypal-Transmission-Id": vector["transmission_id"],
        "Paypal-Transmission-Time": vector["transmission_time"],
        "Paypal-Transmission-Sig": vector["sig"],
        "Paypal-Cert-Url": vector["cert_url"],
        "Paypal-Auth-Algo": vector["auth_algo"],
    }

    def check(
        *,
        body: bytes = body,
        at: datetime = at,
        webhook_id: str = vector["webhook_id"],
        pem: bytes | None = pem,
        base_url: str = "https://api-m.sandbox.paypal.com",
        **changed: str,
    ) -> Verdict:
        given = headers | {name.replace("_", "-"): value for name, value in changed.items()}
        return signatures.paypal(
            given,
            body,
            webhook_ids=[webhook_id],
            trust=signatures.paypal_trust(base_url),
            certificates={} if pem is None else {given["Paypal-Cert-Url"]: pem},
            at=at,
        )

    refused, signature = State.REFUSED, Why.SIGNATURE
    later = (at + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    last = body.rstrip(b"}")
    yield "genuine", check(), State.VERIFIED, None
    yield "genuine, repeated three days later", check(at=at + timedelta(days=3)), State.VERIFIED, None
    yield (
        "one byte changed",
        check(body=last[:-1] + bytes([last[-1] ^ 1]) + body[len(last) :]),
        refused,
        signature,
    )
    yield "written again", check(body=json.dumps(json.loads(body), indent=1).encode()), refused, signature
    yield "a line break more", check(body=body + b"\n"), refused, signature
    yield "another subscription", check(webhook_id="1AB23456CD7890123"), refused, signature
    yield "another time", check(Paypal_Transmission_Time=later), refused, signature
    yield "another id", check(Paypal_Transmission_Id=vector["transmission_id"][::-1]), refused, signature
    yield "another signature", check(Paypal_Transmission_Sig=_turned(vector["sig"])), refused, signature
    yield "a weaker algorithm", check(Paypal_Auth_Algo="SHA1withRSA"), refused, Why.ALGORITHM
    yield "a foreign host", check(Paypal_Cert_Url=_foreign(vector["cert_url"])), refused, Why.ADDRESS
    yield "the live house", check(base_url="https://api-m.paypal.com"), refused, Why.ADDRESS
    yield "ten years later", check(at=at + timedelta(days=3650)), refused, Distrust.EXPIRED
    yield "before the certificate", check(at=at - timedelta(days=3650)), refused, Distrust.EXPIRED
    yield "no certificate at hand", check(pem=None), State.UNDECIDED, Why.NO_CERTIFICATE


def _turned(signature: str) -> str:
    """Another signature of the same length, still base64."""
    return ("B" if signature[0] == "A" else "A") + signature[1:]


def _foreign(url: str) -> str:
    return url.replace("paypal.com", "paypal.com.example", 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
