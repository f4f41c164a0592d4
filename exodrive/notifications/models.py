"""Messages to customers, rendered once and kept as they were sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class MessageState(StrEnum):
    """How far a message came. Events arrive in any order: the later state in this list stays."""

    QUEUED = "queued"
    SENT = "sent"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    OPENED = "opened"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"


class Message(Base):
    """One mail. `key` makes it unique: whatever is repeated, it is written and sent once."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_booking_id_idx", "booking_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))
    template: Mapped[str]
    to_email: Mapped[str]
    subject: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    state: Mapped[str] = mapped_column(default=MessageState.QUEUED)
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    note: Mapped[str | None]
