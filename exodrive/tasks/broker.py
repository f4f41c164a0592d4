"""The queue: Dramatiq on Redis. It only carries delivery ids; losing all of them loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import dramatiq
from dramatiq.broker import Consumer
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, ShutdownNotifications, TimeLimit
from flask import Flask
from periodiq import PeriodiqMiddleware

from exodrive.tasks import work

LONGEST_RUN_MS = 10 * 60 * 1000
POLL_MS = 20  # an idle consumer looks this often; Dramatiq's own second would be most of a person's wait


class PromptRedisBroker(RedisBroker):
    """A Redis broker whose idle consumers look again within POLL_MS."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        return super().consume(queue_name, prefetch, min(timeout, POLL_MS))


def make(url: str) -> RedisBroker:
    """A broker without Dramatiq's retries: the outbox is the one retry engine."""
    broker = PromptRedisBroker(  # type: ignore[no-untyped-call]  # Dramatiq leaves it untyped
        url=url,
        middleware=[
            AgeLimit(),
            TimeLimit(time_limit=LONGEST_RUN_MS),
            ShutdownNotifications(),
            PeriodiqMiddleware(),
        ],
        socket_connect_timeout=2,
    )
    dramatiq.set_broker(broker)
    return broker


def declare(broker: RedisBroker, app: Flask) -> None:
    """Make every registered deed an actor of the broker, run inside the app's context."""
    for name, (_, queue) in work.DEEDS.items():
        dramatiq.actor(actor_name=name, queue_name=queue, broker=broker)(_runner(app, name))


def _runner(app: Flask, name: str) -> Callable[[str], None]:
    def run(delivery_id: str) -> None:
        with app.app_context():
            work.perform(name, UUID(delivery_id))

    return run


def message(delivery_id: UUID, actor: str, queue: str) -> dramatiq.Message[None]:
    """What the relay puts into the queue."""
    return dramatiq.Message(
        queue_name=queue, actor_name=actor, args=(str(delivery_id),), kwargs={}, options={}
    )
