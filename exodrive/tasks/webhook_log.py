"""The stored log as a file of JSON lines, and back: for replaying what one house received in another.

Nothing that a line says of itself is believed. A message is taken in only where the provider's signature over
its raw bytes proves it, under this house's own secrets, as of the time that was signed along with it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from exodrive.config import Settings
from exodrive.kernel import certificates, clock, envelopes, inbox, inbox_log
from exodrive.kernel.db import session, transaction
from exodrive.kernel.envelopes import NoEnvelope
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.inbox_log import Wanted
from exodrive.providers import factory, signatures
from exodrive.providers.signatures import TOLERANCE

BATCH = 200


class Fate(StrEnum):
    """What became of a line."""

    STORED = "stored"
    KNOWN = "known"  # stored before
    REFUSED = "refused"  # its signature does not prove it
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it came over the line; header names in small letters."""

    provider: str
    headers: dict[str, str]
    body: bytes


class Unreadable(ValueError):
    """The line is not one that `lines` wrote."""


def lines(wanted: Wanted) -> Iterator[str]:
    """Each message as one line of JSON, in the order of arrival. Opens its own transactions."""
    after = None
    while True:
        with transaction():
            ids = inbox_log.oldest_ids(wanted, after=after, limit=BATCH)
            rows = [session().get_one(InboxMessage, each) for each in ids]
            written = [_line(row) for row in rows]
            session().expunge_all()
        yield from written
        if len(ids) < BATCH:
            return
        after = ids[-1]


def take_in(line: str, *, settings: Settings) -> Fate:
    """Store the message of a line and send it on its way, once it is proved. Opens its own transactions.

    Raises GatewayUnavailable where PayPal's certificate is not at hand and cannot be had now.
    """
    try:
        raw = read(line)
        envelope = envelopes.read(raw.provider, raw.headers, raw.body)
    except (Unreadable, NoEnvelope):
        return Fate.UNREADABLE
    if not PROOFS[raw.provider](raw, settings):
        return Fate.REFUSED
    with transaction():
        stored = inbox.store(
            provider=raw.provider,
            event_key=inbox.key_of(envelope.event_id, raw.body),
            event_type=inbox.type_of(envelope.event_type),
            headers=inbox.kept(raw.headers),
            body=raw.body,
            verified=True,
            at=clock.real_now(),
        )
    return Fate.KNOWN if stored is None else Fate.STORED


def read(line: str) -> Raw:
    """The message of a line. Raises Unreadable."""
    try:
        given = json.loads(line)
        provider, headers = given["provider"], given["headers"]
        body = base64.b64decode(given["body"], validate=True)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
        raise Unreadable from error
    texts = isinstance(headers, dict) and all(isinstance(value, str) for value in headers.values())
    if not isinstance(provider, str) or provider not in PROOFS or not texts or len(body) > inbox.LARGEST:
        raise Unreadable
    return Raw(provider, {name.lower(): value for name, value in headers.items()}, body)


def _line(message: InboxMessage) -> str:
    return json.dumps(
        {
            "provider": message.provider,
            "received_at": message.received_at.astimezone(UTC).isoformat(),
            "event_type": message.event_type,
            "headers": message.headers,
            "body": base64.b64encode(message.body).decode(),
        }
    )


def _paypal(raw: Raw, settings: Settings) -> bool:  # noqa: ARG001  as the other two
    at = _past(raw.headers.get("paypal-transmission-time", ""), datetime.fromisoformat)
    if at is None:
        return False
    with transaction():
        known = certificates.by_address()
    judgement = factory.paypal_messages().judge(raw.headers, raw.body, certificates=known, at=at)
    with transaction():
        certificates.keep(judgement.fetched, at=clock.real_now())
    return bool(judgement.verdict)


def _docuseal(raw: Raw, settings: Settings) -> bool:
    stamp = raw.headers.get("x-docuseal-signature", "").partition(".")[0]
    at = _past(stamp, _from_epoch)
    secret = settings.docuseal.webhook_secret
    return at is not None and bool(signatures.docuseal(raw.headers, raw.body, secret=secret, at=at))


def _resend(raw: Raw, settings: Settings) -> bool:
    at = _past(raw.headers.get("svix-timestamp", ""), _from_epoch)
    secret = settings.resend.webhook_secret
    return at is not None and bool(signatures.resend(raw.headers, raw.body, secret=secret, at=at))


def _past(text: str, reader: Callable[[str], datetime]) -> datetime | None:
    """The time that was signed; None where it cannot be read, has no zone, or has not come yet."""
    try:
        at = reader(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None and at <= clock.real_now() + TOLERANCE else None


def _from_epoch(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC)


Proof = Callable[[Raw, Settings], bool]
PROOFS: Mapping[str, Proof] = {"paypal": _paypal, "docuseal": _docuseal, "resend": _resend}
