"""What providers report: messages caught on their way, handed on, and looked up in the inbox."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import select

from exodrive.kernel import clock, inbox
from exodrive.kernel.db import session, transaction
from exodrive.kernel.inbox import InboxMessage
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from tests import rental
from tests.providers.faulty import Faulty, Received
from tests.tasks import steps

PATIENCE = 60.0  # seconds for the simulators to say what they have to say
Post = Callable[..., int]  # hands a message on to the house; returns the status


def arrived(postbox: Faulty, path: str, event: str, mark: str) -> Received:
    """The first message of a provider of that type that mentions `mark`."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for message in list(postbox.received):
            if message.path == path and event.encode() in message.body and mark.encode() in message.body:
                return message
        time.sleep(0.02)
    raise AssertionError(f"no {event} arrived at {path}")


def stored() -> list[tuple[str, str]]:
    """(type, state) of every message, in the order of arrival."""
    with transaction():
        rows = session().scalars(select(InboxMessage).order_by(InboxMessage.received_at, InboxMessage.id))
        return [(row.event_type, row.state) for row in rows]


def approved_unseen(postbox: Faulty) -> tuple[UUID, Received]:
    """A payer has approved and closed the window; PayPal's message is on its way."""
    booking_id = steps.ordered()
    url = rental.approve_url(booking_id)
    requests.get(url, timeout=60)
    requests.post(url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60)
    with transaction():
        order = tree.of_booking(booking_id)[Purpose.RENTAL].orders[0].paypal_id
    return booking_id, arrived(postbox, "/paypal", "CHECKOUT.ORDER.APPROVED", order)


def keep(event_type: str, event: dict[str, Any], *, provider: str = "paypal", key: str = "WH-9") -> UUID:
    """A message whose signature was in order."""
    with transaction():
        message_id = inbox.store(
            provider=provider,
            event_key=key,
            event_type=event_type,
            headers={},
            body=json.dumps(event).encode(),
            verified=True,
            at=clock.real_now(),
        )
    assert message_id is not None
    return message_id
