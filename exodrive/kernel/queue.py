"""The outbox and the inbox as staff see them: what waits, what fails, and putting it right by hand."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, tuple_
from sqlalchemy.orm import contains_eager, defer, joinedload

from exodrive.kernel import audit, clock
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound, Refused
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.outbox import CHANNEL, OPEN, Delivery, DeliveryState, Event

Item = TypeVar("Item")

# What a view of the queue shows. `retrying` failed before and will be tried again by itself.
VIEWS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "failed": (Delivery.state == DeliveryState.FAILED,),
    "retrying": (Delivery.state.in_(OPEN), Delivery.last_error.is_not(None)),
    "waiting": (
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.DISPATCHED)),
        Delivery.last_error.is_(None),
    ),
    "running": (Delivery.state == DeliveryState.RUNNING, Delivery.last_error.is_(None)),
}
BY_HAND = (DeliveryState.PENDING, DeliveryState.FAILED)


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"


class UnderWay(Conflict):
    """A worker has the delivery, or it is finished: there is nothing to do by hand."""

    code = "delivery_under_way"


class PlaceUnreadable(Refused):
    """The place in the list is not one that we gave out."""

    code = "cursor_unreadable"


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """A page of a list. `following` is the cursor of the next page; None on the last one."""

    rows: list[Item]
    following: str | None


def counts() -> dict[str, int]:
    """How many deliveries each view has."""
    columns = [func.count().filter(*conditions).label(view) for view, conditions in VIEWS.items()]
    row = session().execute(
        select(*columns)
        .select_from(Delivery)
        # Not one list of states: each half has its own small index beside the many that are done.
        .where(or_(Delivery.state.in_(OPEN), Delivery.state == DeliveryState.FAILED))
    )
    return dict(row.mappings().one())


def listing(*, view: str, cursor: str | None = None, limit: int = 25) -> Listing[Delivery]:
    """The deliveries of a view with their events, newest first. Raises PlaceUnreadable."""
    query = select(Delivery).where(*VIEWS[view]).options(joinedload(Delivery.event))
    if cursor:
        (last,) = _read(cursor, 1)
        query = query.where(Delivery.id < UUID(last))
    found = list(session().scalars(query.order_by(Delivery.id.desc()).limit(limit + 1)))
    following = _cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Listing(found[:limit], following)


def one(delivery_id: UUID) -> Delivery:
    """A delivery with its event. Raises DeliveryNotFound."""
    row = session().scalar(
        select(Delivery).where(Delivery.id == delivery_id).options(joinedload(Delivery.event))
    )
    if row is None:
        raise DeliveryNotFound(str(delivery_id))
    return row


def troubled(subject_id: UUID, *, limit: int = 20) -> list[Delivery]:
    """What fails, or has failed and is tried again, of the events about one thing; newest first."""
    return list(
        session().scalars(
            select(Delivery)
            .join(Delivery.event)
            .options(contains_eager(Delivery.event))
            .where(
                Event.subject_id == subject_id,
                Delivery.state.in_((*OPEN, DeliveryState.FAILED)),
                Delivery.last_error.is_not(None),
            )
            .order_by(Delivery.id.desc())
            .limit(limit)
        )
    )


def retry(delivery_id: UUID, *, by: Actor, at: datetime) -> Delivery:
    """Try again at once, with all its attempts before it. Raises DeliveryNotFound or UnderWay.

    Audited under what the event is about, so that it stands in that thing's trail.
    """
    row = _lock(delivery_id)
    row.state = DeliveryState.PENDING
    row.attempts = 0
    row.due_at = clock.real_now()
    row.finished_at = None
    _audit("delivery.retried", row, by=by, at=at)
    session().execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return row


def resolve(delivery_id: UUID, *, reason: str, by: Actor, at: datetime) -> Delivery:
    """Close a delivery that a person settled another way. Raises DeliveryNotFound or UnderWay."""
    row = _lock(delivery_id)
    row.state = DeliveryState.RESOLVED
    row.resolution = reason
    row.finished_at = clock.real_now()
    _audit("delivery.resolved", row, by=by, at=at, reason=reason)
    return row


def received(*, cursor: str | None = None, limit: int = 25) -> Listing[InboxMessage]:
    """What providers reported, newest first, without its bodies. Raises PlaceUnreadable."""
    query = select(InboxMessage).options(defer(InboxMessage.body, raiseload=True))
    if cursor:
        last_at, last_id = _read(cursor, 2)
        place = (datetime.fromisoformat(last_at), UUID(last_id))
        query = query.where(tuple_(InboxMessage.received_at, InboxMessage.id) < place)
    query = query.order_by(InboxMessage.received_at.desc(), InboxMessage.id.desc()).limit(limit + 1)
    found = list(session().scalars(query))
    last = found[limit - 1] if len(found) > limit else None
    following = _cursor(last.received_at.isoformat(), str(last.id)) if last else None
    return Listing(found[:limit], following)


def _lock(delivery_id: UUID) -> Delivery:
    row = session().scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(joinedload(Delivery.event))
        .with_for_update(of=Delivery)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise DeliveryNotFound(str(delivery_id))
    if row.state not in BY_HAND:
        raise UnderWay
    return row


def _audit(action: str, row: Delivery, **how: Any) -> None:
    audit.record(
        action,
        subject=("delivery", row.event.subject_id or row.id),
        event=row.event.name,
        actor=row.actor,
        delivery=str(row.id),
        **how,
    )


def _cursor(*place: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read(cursor: str, length: int) -> list[str]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise PlaceUnreadable from error
    if not isinstance(place, list) or len(place) != length or not all(isinstance(x, str) for x in place):
        raise PlaceUnreadable
    return place
