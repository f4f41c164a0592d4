"""DocuSeal's webhooks: signed afresh at each attempt, without an id of their own.

https://www.docuseal.com/docs/webhooks
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping

from exodrive.simulators.courier import Delivery, Route
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import spell_finely
from exodrive.simulators.world import World, world

ATTEMPTS = 13  # the first and 12 retries
NOTICE = "docuseal.notice"


def attach(here: World) -> None:
    """Carry DocuSeal's events. It takes anything below 400 for delivered, redirects too."""
    secret = here.settings.docuseal_webhook_secret

    def sign(delivery: Delivery, secret: str = secret) -> Mapping[str, str]:
        return {"User-Agent": "DocuSeal.com Webhook", "X-Docuseal-Signature": _signature(secret, delivery)}

    def forge(delivery: Delivery, _: str) -> Mapping[str, str]:
        return sign(delivery, f"{secret}-of-somebody-else")

    route = Route(here.settings.webhooks_docuseal, sign, forge, ATTEMPTS, lambda status: status < 400)
    here.courier.route("docuseal", route)


def _signature(secret: str, delivery: Delivery) -> str:
    """`<unix time>.<hex>`: HMAC-SHA256 of `<unix time>.<body>` under the whole secret, prefix and all."""
    stamp = str(int(delivery.attempt_at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + delivery.body, hashlib.sha256).hexdigest()
    return f"{stamp}.{digest}"


def invent(event_type: str) -> None:
    """An event of a type that DocuSeal does not have yet, about nothing in particular."""
    send(event_type, {"id": world().store.number("docuseal.invented"), "name": "From the future"})


def send(event_type: str, data: Record) -> None:
    """Put an event on its way. `timestamp` is when it happened, the same at every attempt."""
    here = world()
    notice = {"event_type": event_type, "timestamp": spell_finely(here.clock.now()), "data": data}
    event_id = str(uuid.uuid4())
    here.store.put(NOTICE, event_id, notice)
    body = json.dumps(notice, separators=(",", ":")).encode()
    here.courier.queue("docuseal", event_id=event_id, event_type=event_type, body=body)
