"""How the messages of each provider name themselves: the id of the event, and its type.

Read from bodies that may be of any form: what is missing or no text is an empty text here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class Envelope(NamedTuple):
    """The provider's own id of the event, the same at every repetition, and the type of the event.

    `event_id` is empty where the message has none.
    """

    event_id: str
    event_type: str


class NoEnvelope(ValueError):
    """The body is no JSON object: no provider of ours sends such a thing."""


def read(provider: str, headers: Mapping[str, str], body: bytes) -> Envelope:
    """The envelope of a raw message; header names in small letters. Raises NoEnvelope."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoEnvelope from error
    if not isinstance(event, dict):
        raise NoEnvelope
    return READERS[provider](headers, event)


def paypal(headers: Mapping[str, str], event: dict[str, Any]) -> Envelope:  # noqa: ARG001  as the others
    return Envelope(_text(event, "id"), _text(event, "event_type"))


def docuseal(headers: Mapping[str, str], event: dict[str, Any]) -> Envelope:  # noqa: ARG001
    """DocuSeal's messages have no id: type, object and time together stand for it."""
    event_type, data = _text(event, "event_type"), event.get("data")
    subject = str(data.get("id", "")) if isinstance(data, dict) else ""
    named = (event_type, subject, _text(event, "timestamp"))
    return Envelope("/".join(named) if all(named) else "", event_type)


def resend(headers: Mapping[str, str], event: dict[str, Any]) -> Envelope:
    return Envelope(headers.get("svix-id", ""), _text(event, "type"))


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


READERS = {"paypal": paypal, "docuseal": docuseal, "resend": resend}
