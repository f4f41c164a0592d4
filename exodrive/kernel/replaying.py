"""Having a stored message of a provider processed once more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.kernel import audit, inbox, inbox_log, outbox, queue
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict
from exodrive.kernel.inbox import InboxMessage


class StillUnderWay(Conflict):
    """The message is on its way to be processed: there is nothing to begin again."""

    code = "webhook_under_way"


def once_more(message_id: UUID, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Have a message processed once more. Raises StillUnderWay.

    What was refused proves its signature anew, and what was given up goes on where it stopped: nothing acts
    on a message that is not proved.
    """
    message = inbox.lock(message_id)
    stopped = None
    if not begin_again(message):
        stopped = inbox_log.given_up(message_id)
        if stopped is None:
            raise StillUnderWay
    audit.record("webhook.replayed", subject=("webhook", message_id), by=by, at=at, reason=reason)
    if stopped is not None:
        queue.retry(stopped, by=by, at=at)


def begin_again(message: InboxMessage) -> bool:
    """Send a locked message that is done with on its way again; False for one that is on it anyhow."""
    if not inbox.reopen(message):
        return False
    outbox.emit(inbox.RECEIVED, message_id=str(message.id))
    return True
