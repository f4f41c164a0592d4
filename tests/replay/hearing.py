"""Telling a house what its providers said: as it came, or shuffled and repeated, until there is no more."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update

from exodrive.config import Settings
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.inbox import InboxMessage, MessageState
from exodrive.notifications.models import Message
from exodrive.tasks import webhook_log, webhook_replay
from exodrive.tasks.webhook_log import Fate
from tests import rental
from tests.drain import drain, hurry
from tests.providers.faulty import Faulty, Received
from tests.tasks.pens import Pens

PATIENCE = 90.0  # seconds for the simulators to say what they have to say, on a machine that is busy
LAST_WORDS = (b'"email.delivered"', b'"email.bounced"', b'"email.complained"', b'"email.suppressed"')


@dataclass(slots=True)
class Ear:
    """What lies in the postbox, and how much of it was listened to."""

    postbox: Faulty
    heard: int = 0
    lines: list[str] = field(default_factory=list)

    def listen(self) -> list[str]:
        """What has come since, as lines of a log."""
        new = list(self.postbox.received)[self.heard :]
        self.heard += len(new)
        found = [line(message) for message in new]
        self.lines += found
        return found

    def wait_for(self, path: str, event: str, mark: str) -> None:
        """Wait until a provider has said that."""
        self._wait(
            lambda message: (
                message.path == path and event.encode() in message.body and mark.encode() in message.body
            ),
            f"{event} about {mark}",
        )

    def wait_for_letters(self) -> None:
        """Wait until it was said of every letter what became of it."""
        with transaction():
            sent = list(
                session().scalars(select(Message.provider_id).where(Message.provider_id.is_not(None)))
            )
        for each in sent:
            mark = str(each).encode()
            self._wait(
                lambda message, mark=mark: (  # type: ignore[misc]
                    message.path == "/resend"
                    and mark in message.body
                    and any(word in message.body for word in LAST_WORDS)
                ),
                f"what became of letter {each}",
            )

    def _wait(self, wanted, what: str) -> None:  # type: ignore[no-untyped-def]
        deadline = time.monotonic() + PATIENCE
        while not any(map(wanted, list(self.postbox.received))):
            assert time.monotonic() < deadline, f"nobody said {what}"
            time.sleep(0.02)


def line(message: Received) -> str:
    """A message as `exodrive webhooks export` writes it."""
    return json.dumps(
        {
            "provider": message.path.strip("/"),
            "headers": message.headers,
            "body": base64.b64encode(message.body).decode(),
        }
    )


def tell(lines: list[str], *, settings: Settings) -> None:
    for each in lines:
        assert webhook_log.take_in(each, settings=settings) in (Fate.STORED, Fate.KNOWN)


def tell_anyhow(lines: list[str], *, settings: Settings, luck: random.Random) -> None:
    """In any order and as often as it happens, while the workers work now and then."""
    told = [each for each in lines for _ in range(luck.choice((1, 1, 1, 1, 2, 3)))]
    luck.shuffle(told)
    for each in told:
        tell([each], settings=settings)
        chance = luck.random()
        if chance < 0.1:
            work()
        if chance < 0.02:
            hurry()
            again(luck, share=0.1)
            work()


def work() -> None:
    """The workers work. However long that takes here: no message is too old meanwhile to be waited for."""
    with transaction():
        waiting = InboxMessage.state == MessageState.RECEIVED
        session().execute(update(InboxMessage).where(waiting).values(received_at=clock.real_now()))
    drain()


def again(luck: random.Random, *, share: float) -> int:
    """Have some of the stored messages processed once more, in any order; returns how many."""
    with transaction():
        ids = list(session().scalars(select(InboxMessage.id)))
    chosen = [each for each in ids if luck.random() < share]
    luck.shuffle(chosen)
    return webhook_replay.each(chosen, by=rental.AGENT).again


def come_to_rest(ear: Ear, *, settings: Settings) -> None:
    """Go on until nobody has anything more to say, nor to do."""
    work()
    ear.wait_for_letters()
    for new in iter(ear.listen, []):
        tell(new, settings=settings)
        hurry()
        work()
        ear.wait_for_letters()
    with transaction():
        session().execute(
            update(InboxMessage).values(received_at=InboxMessage.received_at - timedelta(minutes=3))
        )
    hurry()
    drain()


STRANGE = (
    ("paypal", "CUSTOMER.DISPUTE.CREATED", {"dispute_id": "PP-D-1"}),
    ("paypal", "INVOICING.INVOICE.PAID", {"invoice": {"id": "INV2-1"}}),
    (
        "paypal",
        "PAYMENT.CAPTURE.REVERSED",
        {"id": "NOTOURS", "links": [{"rel": "up", "href": "https://x/Y"}]},
    ),
    ("paypal", "SOMETHING.NEW", ["of", "another", "form"]),
    ("docuseal", "form.completed", {"id": 1, "submission_id": 99_999}),
    ("docuseal", "template.updated", {"id": 4}),
    ("resend", "email.received", {"email_id": "none-of-ours"}),
    ("resend", "contact.created", {"id": "none-of-ours"}),
    ("resend", "email.teleported", {"email_id": "none-of-ours"}),
)


def strangers(pens: Pens) -> Iterator[str]:
    """Genuine messages that change nothing: disputes, invoices, the unknown, and what is not ours."""
    for number, (provider, kind, about) in enumerate(STRANGE):
        event = {
            "id": f"WH-STRANGE-{number}",
            "timestamp": f"2026-01-01T00:00:{number:02}Z",
            "resource" if provider == "paypal" else "data": about,
            "type" if provider == "resend" else "event_type": kind,
            "event_version": "7.1",
        }
        yield line(pens.write(provider, event, key=f"strange-{number}"))
