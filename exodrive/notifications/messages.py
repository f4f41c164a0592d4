"""Queueing a message, sending it, and following what becomes of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from exodrive.notifications.models import Message, MessageState
from exodrive.notifications.ports import Mail, MailAttachment
from exodrive.storage import files

QUEUED = "message.queued"
BOUNCED = "message.bounced"
ORDER = list(MessageState)
# Resend's words: https://resend.com/docs/dashboard/webhooks/event-types
STATE_OF = {
    "sent": MessageState.SENT,
    "delivery_delayed": MessageState.DELAYED,
    "delivered": MessageState.DELIVERED,
    "opened": MessageState.OPENED,
    "clicked": MessageState.OPENED,
    "bounced": MessageState.BOUNCED,
    "complained": MessageState.COMPLAINED,
    "failed": MessageState.FAILED,
    "suppressed": MessageState.BOUNCED,
}


def queue(
    key: str,
    *,
    template: str,
    to_email: str,
    subject: str,
    html: str,
    text: str,
    at: datetime,
    booking_id: UUID | None = None,
    attachment_id: UUID | None = None,
) -> UUID | None:
    """Write a rendered message and have it sent; None where its key was used before."""
    message_id = session().scalar(
        insert(Message)
        .values(
            id=new_id(),
            key=key,
            booking_id=booking_id,
            template=template,
            to_email=to_email,
            subject=subject,
            html=html,
            text=text,
            attachment_id=attachment_id,
            state=MessageState.QUEUED,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Message.id)
    )
    if message_id is not None:
        outbox.emit(QUEUED, subject_id=booking_id, message_id=str(message_id))
    return message_id


def mail(message_id: UUID, *, sender: str, reply_to: str) -> Mail | None:
    """The message as the provider takes it; None where it was handed over already."""
    message = session().get(Message, message_id)
    if message is None or message.provider_id is not None:
        return None
    attachments: tuple[MailAttachment, ...] = ()
    if message.attachment_id is not None:
        row, content = files.read(message.attachment_id)
        attachments = (MailAttachment(row.name, content, row.media_type),)
    return Mail(
        key=message.key,
        sender=sender,
        to=message.to_email,
        subject=message.subject,
        html=message.html,
        text=message.text,
        reply_to=reply_to,
        tags={"template": message.template},
        attachments=attachments,
    )


def sent(message_id: UUID, *, provider_id: str, at: datetime) -> None:
    """Record that the provider took the message over."""
    message = session().get(Message, message_id, with_for_update=True)
    if message is not None and message.provider_id is None:
        message.provider_id = provider_id
        message.sent_at = at
        # Not by the order of states: one that was refused before and is sent by hand now is sent.
        message.state = MessageState.SENT
        message.note = None


def failed(message_id: UUID, *, note: str) -> None:
    """Record that the provider refused the message for good."""
    message = session().get(Message, message_id, with_for_update=True)
    if message is not None:
        message.note = note
        _advance(message, MessageState.FAILED)


def reported(provider_id: str, event: str) -> Message | None:
    """Take over the provider's word for what happened to a message; None for a message not ours."""
    message = (
        session().scalars(select(Message).where(Message.provider_id == provider_id).with_for_update()).first()
    )
    state = STATE_OF.get(event)
    if message is None or state is None:
        return message
    if _advance(message, state) and state is MessageState.BOUNCED:
        outbox.emit(
            BOUNCED,
            subject_id=message.booking_id,
            message_id=str(message.id),
            booking_id=str(message.booking_id) if message.booking_id else None,
        )
    return message


def of_booking(booking_id: UUID) -> list[Message]:
    """A booking's messages, newest first."""
    return list(
        session().scalars(select(Message).where(Message.booking_id == booking_id).order_by(Message.id.desc()))
    )


def _advance(message: Message, state: MessageState) -> bool:
    if ORDER.index(state) <= ORDER.index(MessageState(message.state)):
        return False
    message.state = state
    return True
