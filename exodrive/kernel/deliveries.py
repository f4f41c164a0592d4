"""An actor's side of the outbox: claim a delivery under a lease, then finish it, put it off or give it up.

Time here is real time: a lease must end whatever the sandbox's clock says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from exodrive.kernel import clock
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict
from exodrive.kernel.outbox import OPEN, Delivery, DeliveryState

LEASE = timedelta(seconds=60)  # longer than any provider call: 3 s to connect and 10 s to read, a few times
DISPATCH_GRACE = timedelta(seconds=30)  # how long a delivery may lie in the queue before it is sent again
LONGEST_WAIT = timedelta(minutes=10)
MAX_ATTEMPTS = 12  # of failures that are ours; about an hour
MAX_OUTAGES = 450  # of a provider that is down; about three days


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed delivery. Only the holder of the newest `fence` may finish it."""

    delivery_id: UUID
    fence: int
    attempts: int
    event: str
    payload: dict[str, Any]


class LeaseLost(Conflict):
    """Another worker claimed the delivery after this one's lease had ended."""

    code = "lease_lost"


def claim(delivery_id: UUID) -> Work | None:
    """Take the delivery for one lease; None if it is finished or in flight under a live lease elsewhere."""
    row = session().scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .options(joinedload(Delivery.event))
        .with_for_update(of=Delivery, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    at = clock.real_now()
    if row is None or row.state not in OPEN or (row.state == DeliveryState.RUNNING and row.due_at > at):
        return None
    row.state = DeliveryState.RUNNING
    row.attempts += 1
    row.fence += 1
    row.due_at = at + LEASE
    session().flush()
    return Work(row.id, row.fence, row.attempts, row.event.name, row.event.payload)


def done(work: Work) -> None:
    """Finish the delivery, in the transaction that records its effect. Raises LeaseLost."""
    _finish(work, state=DeliveryState.DONE, finished_at=clock.real_now(), last_error=None)


def retry(work: Work, *, error: str, after: timedelta | None = None, limit: int = MAX_ATTEMPTS) -> None:
    """Put the delivery off: `after`, or by a doubling wait with jitter; give it up after `limit` attempts."""
    if work.attempts >= limit:
        _finish(work, state=DeliveryState.FAILED, finished_at=clock.real_now(), last_error=error)
        return
    wait = after if after is not None else backoff(work.attempts)
    _finish(work, state=DeliveryState.PENDING, due_at=clock.real_now() + wait, last_error=error)


def fail(work: Work, *, error: str) -> None:
    """Give the delivery up at once: trying again cannot help. Staff see it in the queue."""
    _finish(work, state=DeliveryState.FAILED, finished_at=clock.real_now(), last_error=error)


def backoff(attempts: int) -> timedelta:
    """1, 2, 4, 8 … seconds up to ten minutes, each shortened by up to half so that a crowd spreads."""
    longest = min(LONGEST_WAIT, timedelta(seconds=2 ** min(attempts - 1, 20)))
    return longest * random.uniform(0.5, 1)  # noqa: S311  spreading load, not keeping a secret


def _finish(work: Work, **values: Any) -> None:
    changed = session().execute(
        update(Delivery)
        .where(
            Delivery.id == work.delivery_id,
            Delivery.fence == work.fence,
            Delivery.state == DeliveryState.RUNNING,
        )
        .values(**values)
        .returning(Delivery.id)
    )
    if changed.scalar_one_or_none() is None:
        raise LeaseLost


def due(*, limit: int) -> list[tuple[UUID, str, str]]:
    """Mark what is due as dispatched and return it as (delivery, actor, queue): the relay's one statement.

    What was dispatched or running and not finished by its `due_at` is handed out again.
    """
    at = clock.real_now()
    ready = (
        select(Delivery.id)
        .where(Delivery.state.in_(OPEN), Delivery.due_at <= at)
        .order_by(Delivery.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session().execute(
        update(Delivery)
        .where(Delivery.id.in_(ready.scalar_subquery()))
        .values(state=DeliveryState.DISPATCHED, due_at=at + DISPATCH_GRACE)
        .returning(Delivery.id, Delivery.actor, Delivery.queue)
        .execution_options(synchronize_session=False)
    )
    return [(row.id, row.actor, row.queue) for row in rows]


def take_back(delivery_ids: list[UUID]) -> None:
    """Make dispatched deliveries pending again: the queue did not take them."""
    session().execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.DISPATCHED)
        .values(state=DeliveryState.PENDING, due_at=clock.real_now())
    )


def next_due_in() -> timedelta | None:
    """How long until the next delivery falls due; None where nothing is open."""
    at = session().scalar(
        select(Delivery.due_at).where(Delivery.state.in_(OPEN)).order_by(Delivery.due_at).limit(1)
    )
    return None if at is None else max(at - clock.real_now(), timedelta())
