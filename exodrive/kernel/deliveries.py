"""An actor's side of the outbox: claim a delivery under a lease, then finish it, put it off or give it up.

Time here is real time: a lease must end whatever the sandbox's clock says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from exodrive.kernel import clock, failpoints
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict
from exodrive.kernel.failpoints import Place
from exodrive.kernel.outbox import OPEN, Delivery, DeliveryState

LEASE = timedelta(seconds=60)  # longer than any provider call: 3 s to connect and 10 s to read, a few times
DISPATCH_GRACE = timedelta(seconds=30)  # how long a delivery may lie in the queue before it is sent again
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_OUTAGE_WAIT = timedelta(minutes=1)  # so that all goes on within two minutes of a provider's return
MAX_ATTEMPTS = 12  # of failures that are ours; about an hour
OUTAGE_PATIENCE = timedelta(days=3)  # PayPal too sends its messages again for three days
DIED = "every worker that took it ended in the middle"


class Trouble(StrEnum):
    """Why a delivery is not done yet, for people. The error's own words stand beside it."""

    NO_ANSWER = "no_answer"  # from here on the provider's; none of them uses up an attempt
    PAUSED = "paused"
    BUSY = "busy"
    KEYS = "keys"
    NOT_NOW = "not_now"
    NOT_YET = "not_yet"  # what it is about is not there yet
    REFUSED = "refused"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed delivery. Only the holder of the newest `fence` may finish it."""

    delivery_id: UUID
    actor: str
    fence: int
    attempts: int
    event: str
    payload: dict[str, Any]
    outages: int = 0
    away_since: datetime | None = None


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
    if row.attempts >= MAX_ATTEMPTS:
        row.state, row.finished_at = DeliveryState.FAILED, at
        row.trouble, row.last_error = Trouble.FAULT, row.last_error or DIED
        session().flush()
        return None
    row.state = DeliveryState.RUNNING
    row.attempts += 1
    row.fence += 1
    row.due_at = at + LEASE
    session().flush()
    return Work(
        delivery_id=row.id,
        actor=row.actor,
        fence=row.fence,
        attempts=row.attempts,
        event=row.event.name,
        payload=row.event.payload,
        outages=row.outages,
        away_since=row.away_since,
    )


def done(work: Work) -> None:
    """Finish the delivery, in the transaction that records its effect. Raises LeaseLost."""
    _finish(
        work,
        state=DeliveryState.DONE,
        finished_at=clock.real_now(),
        last_error=None,
        trouble=None,
        away_since=None,
    )
    failpoints.reach(Place.DELIVERY_RECORDING, work.actor)


def retry(work: Work, *, error: str, trouble: Trouble = Trouble.FAULT) -> None:
    """Put the delivery off by a doubling wait with jitter; give it up after MAX_ATTEMPTS."""
    if work.attempts >= MAX_ATTEMPTS:
        fail(work, error=error, trouble=trouble)
    else:
        _put_off(work, backoff(work.attempts), error=error, trouble=trouble, away_since=None)


def wait_out(
    work: Work, *, error: str, trouble: Trouble = Trouble.NO_ANSWER, after: timedelta | None = None
) -> None:
    """Put the delivery off until its provider is back, at the earliest `after` from now.

    An outage uses up no attempt. It ends after OUTAGE_PATIENCE: then people have to decide.
    """
    at = clock.real_now()
    since = work.away_since or at
    if at - since >= OUTAGE_PATIENCE:
        fail(work, error=error, trouble=trouble)
        return
    _put_off(
        work,
        outage_wait(work.outages + 1, after=after),
        error=error,
        trouble=trouble,
        attempts=work.attempts - 1,
        outages=work.outages + 1,
        away_since=since,
    )


def put_off(work: Work, *, error: str, after: timedelta) -> None:
    """Look again `after` from now for something that is not there yet; the caller knows for how long."""
    _put_off(work, after, error=error, trouble=Trouble.NOT_YET, attempts=work.attempts - 1)


def fail(work: Work, *, error: str, trouble: Trouble = Trouble.REFUSED) -> None:
    """Give the delivery up at once: trying again cannot help. Staff see it in the queue."""
    _finish(work, state=DeliveryState.FAILED, finished_at=clock.real_now(), last_error=error, trouble=trouble)


def backoff(attempts: int, *, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """1, 2, 4, 8 … seconds up to `longest`, each shortened by up to half so that a crowd spreads."""
    wait = min(longest, timedelta(seconds=2 ** min(attempts - 1, 20)))
    return wait * random.uniform(0.5, 1)  # noqa: S311  spreading load, not keeping a secret


def outage_wait(outages: int, *, after: timedelta | None) -> timedelta:
    """The wait for a provider: never shorter than it asks for, and a crowd that was told the same spreads."""
    wait = backoff(outages, longest=LONGEST_OUTAGE_WAIT)
    return wait if after is None else after + wait / 2


def _put_off(work: Work, wait: timedelta, **values: Any) -> None:
    values["last_error"] = values.pop("error")
    _finish(work, state=DeliveryState.PENDING, due_at=clock.real_now() + wait, **values)


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
