"""The outbox and the inbox as staff see them: what waits, what fails, and putting it right by hand."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text, tuple_
from sqlalchemy.orm import contains_eager, defer, joinedload

from exodrive.kernel import audit, clock, outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound, Refused
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.outages import HOUSE
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
# What trying again at once may help: given up, or waiting for its next try after a failure.
STUCK = or_(
    Delivery.state == DeliveryState.FAILED,
    and_(Delivery.state == DeliveryState.PENDING, Delivery.last_error.is_not(None)),
)


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"


class UnderWay(Conflict):
    """A worker has the delivery, or it is finished: there is nothing to do by hand."""

    code = "delivery_under_way"


class NotSettled(Conflict):
    """Nobody settled the delivery by hand, or somebody has taken that back."""

    code = "delivery_not_settled"


class PlaceUnreadable(Refused):
    """The place in the list is not one that we gave out."""

    code = "cursor_unreadable"


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """A page of a list. `following` is the cursor of the next page; None on the last one."""

    rows: list[Item]
    following: str | None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which deliveries: those of one provider (or of none, by the name HOUSE), those about one thing."""

    provider: str = ""
    subject_id: UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.provider:
            found.append(_of_provider(self.provider))
        if self.subject_id is not None:
            about = select(Event.id).where(Event.subject_id == self.subject_id)
            found.append(Delivery.event_id.in_(about))
        return found


def _of_provider(provider: str) -> ColumnElement[bool]:
    known = outbox.providers()
    if provider == HOUSE:
        return Delivery.actor.not_in(known)
    return Delivery.actor.in_([actor for actor, name in known.items() if name == provider])


EVERYTHING = Narrowed()


def counts(narrowed: Narrowed = EVERYTHING) -> dict[str, int]:
    """How many deliveries each view has."""
    columns = [func.count().filter(*conditions).label(view) for view, conditions in VIEWS.items()]
    row = session().execute(
        select(*columns)
        .select_from(Delivery)
        # Not one list of states: each half has its own small index beside the many that are done.
        .where(or_(Delivery.state.in_(OPEN), Delivery.state == DeliveryState.FAILED), *narrowed.conditions())
    )
    return dict(row.mappings().one())


def listing(
    *, view: str, narrowed: Narrowed = EVERYTHING, cursor: str | None = None, limit: int = 25
) -> Listing[Delivery]:
    """The deliveries of a view with their events, newest first. Raises PlaceUnreadable."""
    query = select(Delivery).where(*VIEWS[view], *narrowed.conditions()).options(joinedload(Delivery.event))
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


def waited_for(subject_id: UUID) -> frozenset[str]:
    """The providers that do not answer now, and that something about this waits for."""
    actors = session().scalars(
        select(Delivery.actor)
        .join(Delivery.event)
        .where(Event.subject_id == subject_id, Delivery.state.in_(OPEN), Delivery.away_since.is_not(None))
    )
    known = outbox.providers()
    return frozenset(known[actor] for actor in actors if actor in known)


def retry(delivery_id: UUID, *, by: Actor, at: datetime) -> Delivery:
    """Try again at once, with all its attempts before it. Raises DeliveryNotFound or UnderWay.

    Audited under what the event is about, so that it stands in that thing's trail.
    """
    row = _lock(delivery_id)
    _try_again(row, by=by, at=at)
    session().execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return row


def stuck(provider: str) -> int:
    """How many deliveries of a provider `retry_all` would take."""
    counted = select(func.count()).select_from(Delivery).where(STUCK, _of_provider(provider))
    return session().scalar(counted) or 0


def retry_all(provider: str, *, by: Actor, at: datetime, limit: int = 500) -> int:
    """Try again at once what failed or waits at a provider, the oldest first; returns how many that were.

    What somebody else has locked is being worked on at this moment, and is left to them.
    """
    rows = (
        session()
        .scalars(
            select(Delivery)
            .where(STUCK, _of_provider(provider))
            .order_by(Delivery.id)
            .limit(limit)
            .options(joinedload(Delivery.event))
            .with_for_update(of=Delivery, skip_locked=True)
            .execution_options(populate_existing=True)
        )
        .all()
    )
    for row in rows:
        _try_again(row, by=by, at=at)
    session().execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return len(rows)


def _try_again(row: Delivery, *, by: Actor, at: datetime) -> None:
    row.state = DeliveryState.PENDING
    row.attempts = 0
    row.away_since = None  # the patience with its provider begins anew
    row.due_at = clock.real_now()
    row.finished_at = None
    _audit("delivery.retried", row, by=by, at=at)


def resolve(delivery_id: UUID, *, reason: str, by: Actor, at: datetime) -> Delivery:
    """Close a delivery that a person settled another way. Raises DeliveryNotFound or UnderWay."""
    row = _lock(delivery_id)
    row.state = DeliveryState.RESOLVED
    row.resolution = reason
    row.finished_at = clock.real_now()
    _audit("delivery.resolved", row, by=by, at=at, reason=reason)
    return row


def reopen(delivery_id: UUID, *, by: Actor, at: datetime) -> Delivery:
    """Take back that a delivery was settled by hand: it counts as failed again, and can be tried again.

    Raises DeliveryNotFound, NotSettled.
    """
    row = _found(delivery_id)
    if row.state != DeliveryState.RESOLVED:
        raise NotSettled
    row.state, row.resolution = DeliveryState.FAILED, None
    _audit("delivery.reopened", row, by=by, at=at)
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
    """A delivery that people may decide about. Raises DeliveryNotFound, UnderWay."""
    row = _found(delivery_id)
    if row.state not in BY_HAND:
        raise UnderWay
    return row


def _found(delivery_id: UUID) -> Delivery:
    row = session().scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(joinedload(Delivery.event))
        .with_for_update(of=Delivery)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise DeliveryNotFound(str(delivery_id))
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
