"""Events and their deliveries: what was promised to be done, kept in the same transaction as its cause.

`emit` writes the event and one delivery for each actor that its name is routed to. The relay hands due
deliveries to the queue; `kernel.deliveries` is the other end, where an actor claims and finishes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
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
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    actor: Mapped[str]
    queue: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    last_error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    resolution: Mapped[str | None]

    event: Mapped[Event] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True)
class Route:
    """Where an event goes: the actor's name and its queue."""

    actor: str
    queue: str


class UnroutedEvent(LookupError):
    """An event without an entry in the routing table: it would be forgotten, so it is refused."""


_routes: dict[str, tuple[Route, ...]] = {}


def use_routes(routes: Mapping[str, tuple[Route, ...]]) -> None:
    """Take over the routing table; `tasks.routes` is the only caller outside tests."""
    _routes.clear()
    _routes.update(routes)


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
