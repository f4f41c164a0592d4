"""Events and their deliveries: what was promised to be done, kept in the same transaction as its cause.

`emit` writes the event and one delivery for each actor that its name is routed to. The relay hands due
deliveries to the queue; `kernel.deliveries` is the other end, where an actor claims and finishes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, exists, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.kernel import clock
from exodrive.kernel.db import Base, session
from exodrive.kernel.ids import new_id

CHANNEL = "deliveries"  # the NOTIFY channel that wakes the relay


class DeliveryState(StrEnum):
    PENDING = "pending"  # waits for `due_at`
    DISPATCHED = "dispatched"  # in the queue; handed out again if nobody claims it by `due_at`
    RUNNING = "running"  # claimed under a lease that ends at `due_at`
    DONE = "done"
    FAILED = "failed"  # gave up; a person retries it or resolves it by hand
    RESOLVED = "resolved"  # a person settled it, with a reason


OPEN = (DeliveryState.PENDING, DeliveryState.DISPATCHED, DeliveryState.RUNNING)


class Event(Base):
    """A fact that others may want to act on. `subject_id` is what it is about, mostly a booking."""

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Delivery(Base):
    """One event on its way to one actor. `fence` grows with each claim: an old holder cannot finish it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "actor"),
        Index(
            "deliveries_due_idx",
            "due_at",
            postgresql_where=text("state IN ('pending', 'dispatched', 'running')"),
        ),
        Index("deliveries_failed_idx", "id", postgresql_where=text("state = 'failed'")),
        # The desk's views of what goes on by itself, in their order: new work, and what failed before.
        Index(
            "deliveries_waiting_idx",
            "id",
            postgresql_where=text("state IN ('pending', 'dispatched') AND last_error IS NULL"),
        ),
        Index(
            "deliveries_retrying_idx",
            "id",
            postgresql_where=text("state IN ('pending', 'dispatched', 'running') AND last_error IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    actor: Mapped[str]
    queue: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    outages: Mapped[int] = mapped_column(default=0, server_default="0")
    away_since: Mapped[datetime | None]  # the first of the outages in a row that it waits out
    trouble: Mapped[str | None]
    fence: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    last_error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    resolution: Mapped[str | None]

    event: Mapped[Event] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True)
class Route:
    """Where an event goes: the actor's name, its queue, and the provider that the actor calls, if one."""

    actor: str
    queue: str
    provider: str = ""


class UnroutedEvent(LookupError):
    """An event without an entry in the routing table: it would be forgotten, so it is refused."""


_routes: dict[str, tuple[Route, ...]] = {}


def use_routes(routes: Mapping[str, tuple[Route, ...]]) -> None:
    """Take over the routing table; `tasks.routes` is the only caller outside tests."""
    _routes.clear()
    _routes.update(routes)


def providers() -> dict[str, str]:
    """Each actor that calls a provider, with the provider's name."""
    return {route.actor: route.provider for routes in _routes.values() for route in routes if route.provider}


def emit(
    name: str, *, subject_id: UUID | None = None, after: timedelta = timedelta(), **payload: Any
) -> None:
    """Write an event with its deliveries, due `after` from now in real time.

    An event whose routes are empty leaves no row. Raises UnroutedEvent for a name that is in no table.
    """
    if name not in _routes:
        raise UnroutedEvent(name)
    if not _routes[name]:
        return
    at = clock.real_now()
    event = Event(id=new_id(), name=name, subject_id=subject_id, payload=payload, created_at=at)
    session().add(event)
    session().flush()
    session().add_all(
        Delivery(event_id=event.id, actor=route.actor, queue=route.queue, due_at=at + after)
        for route in _routes[name]
    )
    session().execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


def gather(
    name: str, *, subject_id: UUID, within: timedelta, into: str, found: Sequence[str], **payload: Any
) -> None:
    """Emit at once what comes first, and together what comes `within` so long of it, at the end of that time.

    `found` is a list in the payload, under the name `into`: what comes while an event still waits joins it
    there, and the rest of its payload stays as it was. For events with one route. The caller holds the
    subject's lock, so that two do not come first; an event that a worker may have begun is never joined.
    """
    at = clock.real_now()
    own = Event.name == name, Event.subject_id == subject_id
    waiting = session().scalar(
        select(Event)
        .join(Delivery, Delivery.event_id == Event.id)
        .where(*own, Delivery.state == DeliveryState.PENDING, Delivery.attempts == 0, Delivery.due_at > at)
        .limit(1)
        .with_for_update(of=Delivery, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if waiting is not None:
        waiting.payload = {**waiting.payload, into: [*waiting.payload[into], *found]}
        session().flush()
        return
    lately = session().scalar(select(exists().where(*own, Event.created_at > at - within)))
    emit(
        name, subject_id=subject_id, after=within if lately else timedelta(), **{into: list(found)}, **payload
    )
