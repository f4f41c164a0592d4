"""Is this webhook really from its provider? Pure checks on the raw bytes, for the web to call.

Each function takes the request's headers and its body exactly as received (a parsed and re-written body never
verifies) and answers with a Verdict. Nothing here reads the clock, the network or a store, and no secret that
is empty is ever matched, for anyone could forge under it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from exodrive.providers import paypal_certificates
from exodrive.providers.paypal_certificates import Distrust, Distrusted, PayPalTrust, paypal_trust

__all__ = [
    "Distrust",
    "PayPalHeaders",
    "PayPalTrust",
    "State",
    "Verdict",
    "Why",
    "docuseal",
    "paypal",
    "paypal_headers",
    "paypal_trust",
    "resend",
]

TOLERANCE: Final = timedelta(minutes=5)  # the same at DocuSeal and at Resend (Svix), before and after
# The longest values that PayPal's own check takes: specification of verify-webhook-signature.
_TRANSMISSION_ID: Final = re.compile(r"[A-Za-z0-9-]{1,50}")
_TIME: Final = re.compile(r"[0-9T:.Z+-]{10,40}")
_LONGEST_SIGNATURE: Final = 500
_LONGEST_ADDRESS: Final = 500


class State(StrEnum):
    VERIFIED = "verified"
    REFUSED = "refused"
    UNDECIDED = "undecided"  # a worker has to ask the network; nothing may act on the message before


class Why(StrEnum):
    """Why a message is refused or undecided; certificates add the reasons of `Distrust`."""

    NO_SECRET = "no_secret"  # noqa: S105  a reason, not a password
    HEADERS = "headers"
    ALGORITHM = "algorithm"
    ADDRESS = "certificate_address"
    NO_CERTIFICATE = "certificate_not_at_hand"
    SIGNATURE = "signature"
    TOO_OLD_OR_NEW = "timestamp"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check. `needs` are the addresses of certificate files that it lacks."""

    state: State
    why: Why | Distrust | None = None
    needs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.state is State.VERIFIED


@dataclass(frozen=True, slots=True)
class PayPalHeaders:
    """The five headers of a PayPal message, well formed and with an allowed certificate address."""

    transmission_id: str
    transmission_time: str
    signature: str
    certificate_url: str
    algorithm: str


def paypal(
    headers: Mapping[str, str],
    body: bytes,
    *,
    webhook_ids: Collection[str],
    trust: PayPalTrust,
    certificates: Mapping[str, bytes],
    at: datetime,
) -> Verdict:
    """Check a PayPal message: RSA over `id|time|webhook id|crc32 of the body`.

    `certificates` are the PEM files at hand, by address; `webhook_ids` our subscriptions (PayPal's dashboard
    simulator signs for the literal `WEBHOOK_ID`: never list it in production). UNDECIDED asks for the files
    that it `needs`, or, where the issuer is not known to us, for PayPal's own word. `at` is real time, for
    the certificates; the time in the message is not held against it, since PayPal repeats a message for
    three days: a repeat is found by its event id.
    https://developer.paypal.com/api/rest/webhooks/rest/#verify
    """
    usable = [each for each in webhook_ids if each]
    if not usable:
        return Verdict(State.REFUSED, Why.NO_SECRET)
    read = paypal_headers(headers, trust=trust)
    if isinstance(read, Why):
        return Verdict(State.REFUSED, read)
    url = read.certificate_url
    missing = tuple(each for each in trust.files(url) if each not in certificates)
    if missing:
        return Verdict(State.UNDECIDED, Why.NO_CERTIFICATE, missing)
    try:
        key = paypal_certificates.public_key(url, certificates=certificates, trust=trust, at=at)
    except Distrusted as error:
        unknown = error.why is Distrust.UNKNOWN_ISSUER
        return Verdict(State.UNDECIDED if unknown else State.REFUSED, error.why)
    signature = base64.b64decode(read.signature)
    for webhook_id in usable:
        message = f"{read.transmission_id}|{read.transmission_time}|{webhook_id}|{zlib.crc32(body)}"
        try:
            key.verify(signature, message.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            continue
        return Verdict(State.VERIFIED)
    return Verdict(State.REFUSED, Why.SIGNATURE)


def paypal_headers(headers: Mapping[str, str], *, trust: PayPalTrust) -> PayPalHeaders | Why:
    """Read the headers of a PayPal message, or say what is wrong with them."""
    given = _lowered(headers)
    read = PayPalHeaders(
        transmission_id=given.get("paypal-transmission-id", ""),
        transmission_time=given.get("paypal-transmission-time", ""),
        signature=given.get("paypal-transmission-sig", ""),
        certificate_url=given.get("paypal-cert-url", ""),
        algorithm=given.get("paypal-auth-algo", ""),
    )
    well_formed = (
        _TRANSMISSION_ID.fullmatch(read.transmission_id)
        and _is_time(read.transmission_time)
        and 0 < len(read.signature) <= _LONGEST_SIGNATURE
        and _from_base64(read.signature)
        and 0 < len(read.certificate_url) <= _LONGEST_ADDRESS
        and read.algorithm
    )
    if not well_formed:
        return Why.HEADERS
    if read.algorithm != "SHA256withRSA":
        return Why.ALGORITHM  # PayPal's old kits also took SHA1withRSA, which proves nothing any more
    if not trust.address_allowed(read.certificate_url):
        return Why.ADDRESS
    return read


def docuseal(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: str,
    at: datetime,
    fixed_header: tuple[str, str] | None = None,
) -> Verdict:
    """Check a DocuSeal message: HMAC-SHA256 over `timestamp.body`, keyed with the whole `whsec_...` text.

    `fixed_header` is the name and value of DocuSeal's older "Secret" header, which may be set up instead.
    `at` is real time. https://www.docuseal.com/guides/use-webhooks
    """
    given = _lowered(headers)
    name, value = fixed_header or ("", "")
    if not secret and not (name and value):
        return Verdict(State.REFUSED, Why.NO_SECRET)
    signature = given.get("x-docuseal-signature", "")
    if secret and signature:
        stamp, _, claimed = signature.partition(".")
        if not _fresh(stamp, at=at):
            return Verdict(State.REFUSED, Why.TOO_OLD_OR_NEW)
        right = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return _decided(_same(claimed, right))
    if name and value:
        return _decided(_same(given.get(name.lower(), ""), value))
    return Verdict(State.REFUSED, Why.HEADERS)


def resend(headers: Mapping[str, str], body: bytes, *, secret: str, at: datetime) -> Verdict:
    """Check a Resend message, signed by Svix: HMAC-SHA256 over `id.timestamp.body`.

    The key is what follows `whsec_`, decoded from base64. The header may list several signatures, while a
    secret is being changed: one has to match. `at` is real time. https://docs.svix.com/receiving/verifying-payloads/how-manual
    """
    key = _from_base64(secret.removeprefix("whsec_"))
    if not key:
        return Verdict(State.REFUSED, Why.NO_SECRET)
    given = _lowered(headers)
    message_id, stamp = given.get("svix-id", ""), given.get("svix-timestamp", "")
    if not message_id:
        return Verdict(State.REFUSED, Why.HEADERS)
    if not _fresh(stamp, at=at):
        return Verdict(State.REFUSED, Why.TOO_OLD_OR_NEW)
    signed = f"{message_id}.{stamp}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return _decided(any(_same(each, right) for each in given.get("svix-signature", "").split(" ")))


def _decided(matches: bool) -> Verdict:
    return Verdict(State.VERIFIED) if matches else Verdict(State.REFUSED, Why.SIGNATURE)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _same(claimed: str, right: str) -> bool:
    """Compare in constant time; bytes, for `compare_digest` refuses text beyond ASCII."""
    return hmac.compare_digest(claimed.encode(), right.encode())


def _fresh(stamp: str, *, at: datetime) -> bool:
    """True where a Unix time in seconds lies within the tolerance around `at`."""
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        return False
    return abs(datetime.fromtimestamp(int(stamp), UTC) - at) <= TOLERANCE


def _is_time(value: str) -> bool:
    """True for an ISO 8601 time with its zone. No `|` is let in, which would shift the signed message."""
    if not _TIME.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _from_base64(value: str) -> bytes:
    """The decoded bytes; none where the text is not base64."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""
