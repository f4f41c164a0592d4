"""Queueing a message, sending it, and following what becomes of it."""

from __future__ import annotations

import base64
from collections.abc import Collection
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
MARK = "message"  # the tag by which a report names the message, whatever id the provider gave it
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
        tags={"template": message.template, MARK: mark(message.key)},
        attachments=attachments,
    )


def sent(message_id: UUID, *, provider_id: str, at: datetime) -> None:
    """Record that the provider took the message over."""
    message = session().get(Message, message_id, with_for_update=True)
    if message is not None:
        _taken_over(message, provider_id, at=at)


def failed(message_id: UUID, *, note: str) -> None:
    """Record that the provider refused the message for good."""
    message = session().get(Message, message_id, with_for_update=True)
    if message is not None:
        message.note = note
        _advance(message, MessageState.FAILED)


def mark(key: str) -> str:
    """A message's key in the letters that a tag may have: the same whenever the message is sent again."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(marked: str) -> str:
    """The key behind a mark; an empty text for what is none of ours."""
    try:
        return base64.urlsafe_b64decode(marked + "=" * (-len(marked) % 4)).decode().replace("\0", "")
    except ValueError:
        return ""


def reported(provider_id: str, event: str, *, at: datetime, marked: str = "") -> Message | None:
    """Take over the provider's word for what happened to a message; None for a message not ours.

    A report may come before the answer is recorded that tells the provider's id, however long that takes:
    the mail then is the one that is `marked`, and was sent by `at`.
    """
    message = _known(provider_id, key_of(marked))
    state = STATE_OF.get(event)
    if message is None or state is None:
        return message
    _taken_over(message, provider_id, at=at)
    if _advance(message, state) and state is MessageState.BOUNCED:
        outbox.emit(
            BOUNCED,
            subject_id=message.booking_id,
            message_id=str(message.id),
            booking_id=str(message.booking_id) if message.booking_id else None,
        )
    return message


def _taken_over(message: Message, provider_id: str, *, at: datetime) -> None:
    """The provider has it: told by its answer or by its first report, whichever comes to be known first."""
    if message.provider_id is None:
        message.provider_id = provider_id
        message.sent_at = at
        # Not by the order of states: one that was refused before and is sent by hand now is sent.
        message.state = MessageState.SENT
        message.note = None


def _known(provider_id: str, key: str) -> Message | None:
    rows = select(Message).with_for_update().execution_options(populate_existing=True)
    found = session().scalars(rows.where(Message.provider_id == provider_id)).first()
    if found is None and key:
        found = session().scalars(rows.where(Message.key == key, Message.provider_id.is_(None))).first()
    return found


def of_booking(booking_id: UUID) -> list[Message]:
    """A booking's messages, newest first."""
    return list(
        session().scalars(select(Message).where(Message.booking_id == booking_id).order_by(Message.id.desc()))
    )


def by_keys(keys: Collection[str]) -> dict[str, Message]:
    """Messages by what they are known by, without those that are not written yet."""
    return {row.key: row for row in session().scalars(select(Message).where(Message.key.in_(keys)))}


def _advance(message: Message, state: MessageState) -> bool:
    if ORDER.index(state) <= ORDER.index(MessageState(message.state)):
        return False
    message.state = state
    return True
