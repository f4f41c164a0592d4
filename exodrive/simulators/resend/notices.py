"""Resend's webhooks, carried and signed as Svix does it.

https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from exodrive.simulators.courier import Delivery, Route
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import spell_finely
from exodrive.simulators.world import World, world

ATTEMPTS = 8
NOTICE = "resend.notice"


def attach(here: World) -> None:
    key = base64.b64decode(here.settings.resend_webhook_secret.removeprefix("whsec_"))

    def sign(delivery: Delivery) -> Mapping[str, str]:
        return _headers(key, delivery)

    def forge(delivery: Delivery, _: str) -> Mapping[str, str]:
        return _headers(b"of somebody else", delivery)

    here.courier.route("resend", Route(here.settings.webhooks_resend, sign, forge, ATTEMPTS))


def _headers(key: bytes, delivery: Delivery) -> Mapping[str, str]:
    """The id stays the same over all attempts; time and signature are of the attempt."""
    stamp = str(int(delivery.attempt_at))
    message = f"{delivery.event_id}.{stamp}.".encode() + delivery.body
    signature = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    return {"svix-id": delivery.event_id, "svix-timestamp": stamp, "svix-signature": f"v1,{signature}"}


def send(event_type: str, mail: Record, **more: Any) -> None:
    """Put an event about a mail on its way. Tags are an object here, unlike in the request."""
    data = {
        "email_id": mail["id"],
        "created_at": mail["created_at"],
        "from": mail["from"],
        "to": mail["to"],
        "subject": mail["subject"],
        "tags": {tag["name"]: tag["value"] for tag in mail["tags"]},
        **more,
    }
    _put(event_type, data)


def invent(event_type: str) -> None:
    """An event of a type that Resend does not have yet, about nothing in particular."""
    _put(event_type, {"id": str(uuid.uuid4()), "name": "From the future"})


def _put(event_type: str, data: dict[str, Any]) -> None:
    here = world()
    notice = {"type": event_type, "created_at": spell_finely(here.clock.now()), "data": data}
    event_id = f"msg_{secrets.token_urlsafe(20)}"
    here.store.put(NOTICE, event_id, notice)
    body = json.dumps(notice, separators=(",", ":")).encode()
    here.courier.queue("resend", event_id=event_id, event_type=event_type, body=body)
