"""The log of what providers reported: finding messages in it, and following what came of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, cast, false, func, or_, select
from sqlalchemy.orm import defer

from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.inbox import RECEIVED, InboxMessage, MessageState
from exodrive.kernel.outbox import Delivery, DeliveryState, Event

# Not a state of a message: its processing was given up, wherever that left it.
FAILED = "failed"
STATES = (*MessageState, FAILED)


class MessageNotFound(NotFound):
    code = "webhook_not_found"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages. What is None narrows nothing; `until` is not included.

    `event_type` may end in `*`. `not_beginning` leaves out the types that begin so, by provider; of `notes`
    one must have come of it.
    """

    provider: str | None = None
    event_type: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    not_beginning: dict[str, tuple[str, ...]] | None = None
    notes: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a message was sent on its way to be processed."""

    delivery_id: UUID
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None


def newest(wanted: Wanted, *, before: UUID | None = None, limit: int) -> list[InboxMessage]:
    """The latest messages, without their bodies; those before one of them by its id."""
    query = select(InboxMessage).options(defer(InboxMessage.body, raiseload=True)).where(*_conditions(wanted))
    if before is not None:
        query = query.where(InboxMessage.id < before)
    return list(session().scalars(query.order_by(InboxMessage.id.desc()).limit(limit)))


def oldest_ids(wanted: Wanted, *, after: UUID | None = None, limit: int) -> list[UUID]:
    """The ids of the first messages, in the order of their arrival; those after one of them."""
    query = select(InboxMessage.id).where(*_conditions(wanted))
    if after is not None:
        query = query.where(InboxMessage.id > after)
    return list(session().scalars(query.order_by(InboxMessage.id).limit(limit)))


def count(wanted: Wanted) -> int:
    return session().scalar(select(func.count()).select_from(InboxMessage).where(*_conditions(wanted))) or 0


def one(name: str) -> InboxMessage:
    """The message with this id of ours, or with this id of its provider's. Raises MessageNotFound."""
    query = select(InboxMessage)
    try:
        found = session().get(InboxMessage, UUID(name))
    except ValueError:
        found = session().scalars(query.where(InboxMessage.event_key == name).limit(1)).first()
    if found is None:
        raise MessageNotFound(name)
    return found


def course(message_id: UUID) -> list[Attempt]:
    """Every time that a message was sent on its way, and how that ended, in order."""
    rows = session().execute(
        select(
            Delivery.id,
            Delivery.state,
            Delivery.attempts,
            Delivery.last_error,
            Event.created_at,
            Delivery.finished_at,
        )
        .join(Event, Event.id == Delivery.event_id)
        .where(Event.name == RECEIVED, Event.payload["message_id"].as_string() == str(message_id))
        .order_by(Event.id)
    )
    return [Attempt(*row) for row in rows]


def given_up(message_id: UUID) -> UUID | None:
    """The delivery at which the processing of a message was given up, the latest of them."""
    return session().scalar(
        select(Delivery.id)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Delivery.state == DeliveryState.FAILED,
            Event.name == RECEIVED,
            Event.payload["message_id"].as_string() == str(message_id),
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.provider is not None:
        found.append(InboxMessage.provider == wanted.provider)
    if wanted.event_type is not None:
        found.append(_of_type(wanted.event_type))
    if wanted.state == FAILED:
        found.append(InboxMessage.id.in_(_given_up()))
    elif wanted.state is not None:
        found.append(InboxMessage.state == wanted.state)
    if wanted.since is not None:
        found.append(InboxMessage.received_at >= wanted.since)
    if wanted.until is not None:
        found.append(InboxMessage.received_at < wanted.until)
    if wanted.not_beginning is not None:
        known = (
            (InboxMessage.provider == provider)
            & or_(false(), *(InboxMessage.event_type.startswith(each, autoescape=True) for each in begins))
            for provider, begins in wanted.not_beginning.items()
        )
        found.append(~or_(false(), *known))
    if wanted.notes is not None:
        found.append(InboxMessage.note.in_(wanted.notes))
    return found


def _of_type(event_type: str) -> ColumnElement[bool]:
    if event_type.endswith("*"):
        return InboxMessage.event_type.startswith(event_type.removesuffix("*"), autoescape=True)
    return InboxMessage.event_type == event_type


def _given_up() -> Select[tuple[UUID]]:
    return (
        select(cast(Event.payload["message_id"].as_string(), Uuid))
        .join(Delivery, Delivery.event_id == Event.id)
        .where(Event.name == RECEIVED, Delivery.state == DeliveryState.FAILED)
    )
