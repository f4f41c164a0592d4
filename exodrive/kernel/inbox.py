"""What providers report: stored once, word for word, before anybody thinks about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel import outbox
from exodrive.kernel.db import Base, session
from exodrive.kernel.ids import new_id

RECEIVED = "webhook.received"  # the event that sends a stored message to its actor


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


def reopen(message: InboxMessage) -> bool:
    """Put a finished message back to where it came in; False for one that is on its way, or false."""
    if message.state not in (MessageState.PROCESSED, MessageState.IGNORED):
        return False
    message.state = MessageState.RECEIVED
    return True


def verified(message: InboxMessage, *, genuine: bool, event_key: str, note: str | None = None) -> None:
    """Settle the signature of a message that was stored unverified.

    From here on a genuine one stands under the provider's `event_key`; if that is taken, it came before.
    """
    if not genuine:
        message.state = MessageState.REFUSED
        message.note = note
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
