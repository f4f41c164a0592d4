"""What providers report: stored once, word for word, before anybody thinks about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel import failpoints, outbox
from exodrive.kernel.db import Base, session
from exodrive.kernel.failpoints import Place
from exodrive.kernel.ids import new_id

RECEIVED = "webhook.received"  # the event that sends a stored message to its actor
LARGEST = 1024 * 1024  # bytes of a body
LONGEST_KEY, LONGEST_TYPE = 300, 100  # letters
# What the check of a signature needs again later; nothing else of the headers is kept.
KEPT = ("paypal-", "x-docuseal-", "svix-")


class MessageState(StrEnum):
    UNVERIFIED = "unverified"  # the signature could not be checked yet; nothing acts on it
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"  # genuine, and nothing to do: an unknown type, or about nothing of ours
    REFUSED = "refused"  # the signature turned out to be false


class InboxMessage(Base):
    """One message of a provider. `event_key` is the provider's own id of the event, or what stands for it."""

    __tablename__ = "inbox_messages"
    __table_args__ = (
        UniqueConstraint("provider", "event_key"),
        Index("inbox_messages_received_idx", "received_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str]
    event_key: Mapped[str]
    event_type: Mapped[str]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    note: Mapped[str | None]


def key_of(claimed: str | None, body: bytes) -> str:
    """What a message is known by: the provider's id of the event, or its own content where none will do.

    A genuine message is kept whatever it lacks, and two that both lack an id are not taken for one.
    """
    if claimed and len(claimed) <= LONGEST_KEY and claimed.isprintable():
        return claimed
    return f"content/{hashlib.sha256(body).hexdigest()}"


def type_of(claimed: str) -> str:
    """The type as it is kept and shown: what is too long, or cannot be shown, is shortened and marked."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in claimed)
    return shown if len(shown) <= LONGEST_TYPE else f"{shown[: LONGEST_TYPE - 1]}\N{HORIZONTAL ELLIPSIS}"


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that prove a message, from all that came with it; names in small letters."""
    return {name: value for name, value in headers.items() if name.startswith(KEPT)}


def store(
    *,
    provider: str,
    event_key: str,
    event_type: str,
    headers: dict[str, str],
    body: bytes,
    verified: bool,
    at: datetime,
) -> UUID | None:
    """Keep a message and send it on its way; None if it is stored already."""
    state = MessageState.RECEIVED if verified else MessageState.UNVERIFIED
    message_id = session().scalar(
        insert(InboxMessage)
        .values(
            id=new_id(),
            provider=provider,
            event_key=event_key,
            event_type=event_type,
            headers=headers,
            body=body,
            state=state,
            received_at=at,
        )
        .on_conflict_do_nothing(index_elements=["provider", "event_key"])
        .returning(InboxMessage.id)
    )
    if message_id is not None:
        outbox.emit(RECEIVED, message_id=str(message_id))
    failpoints.reach(Place.INBOX_STORED, provider)
    return message_id


def lock(message_id: UUID) -> InboxMessage:
    """The stored message, locked for whoever processes it."""
    return (
        session()
        .scalars(
            select(InboxMessage)
            .where(InboxMessage.id == message_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one()
    )


def processed(message: InboxMessage, *, at: datetime, note: str | None = None, ignored: bool = False) -> None:
    """Close a message that was acted on, or that asks for nothing."""
    message.state = MessageState.IGNORED if ignored else MessageState.PROCESSED
    message.processed_at = at
    message.note = note


# Where a message that is done with begins again. One that was refused has its signature to prove once more.
REOPENED = {
    MessageState.PROCESSED: MessageState.RECEIVED,
    MessageState.IGNORED: MessageState.RECEIVED,
    MessageState.REFUSED: MessageState.UNVERIFIED,
}


def reopen(message: InboxMessage) -> bool:
    """Put a message that is done with back to where it came in; False for one that is on its way."""
    beginning = REOPENED.get(MessageState(message.state))
    if beginning is None:
        return False
    message.state = beginning
    return True


def verified(message: InboxMessage, *, genuine: bool, event_key: str, note: str | None = None) -> None:
    """Settle the signature of a message that was stored unverified.

    From here on a genuine one stands under the provider's `event_key`; if that is taken, it came before.
    """
    if not genuine:
        message.state = MessageState.REFUSED
        message.note = note
        return
    if message.event_key == event_key:
        message.state = MessageState.RECEIVED
        return
    taken = session().scalar(
        select(InboxMessage.id).where(
            InboxMessage.provider == message.provider, InboxMessage.event_key == event_key
        )
    )
    if taken is not None:
        message.state = MessageState.IGNORED
        message.note = f"came before as {taken}"
        return
    message.event_key = event_key
    message.state = MessageState.RECEIVED
