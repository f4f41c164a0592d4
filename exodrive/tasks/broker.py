"""The queue: Dramatiq on Redis. It only carries delivery ids; losing all of them loses nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import dramatiq
import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed
from dramatiq.middleware import AgeLimit, ShutdownNotifications, TimeLimit
from flask import Flask
from periodiq import PeriodiqMiddleware

from exodrive.tasks import work

LONGEST_RUN_MS = 10 * 60 * 1000
POLL_MS = 20  # how soon a busy consumer looks again; Dramatiq's own second would be most of a person's wait
PATIENCE = 1.0  # seconds that an idle consumer waits at the bell; also how late it may miss a lost ring
MOST_RINGS = 64  # kept for consumers that come to wait; one too many only has them look once for nothing


def bell(queue_name: str) -> str:
    """The list at which the consumers of a queue wait: Dramatiq's own queues cannot be waited for."""
    return f"dramatiq:{queue_name}.bell"


class WaitingConsumer(_RedisConsumer):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Waits at the bell where Dramatiq would look again and again: an idle house is idle, and prompt."""

    def __next__(self) -> MessageProxy | None:
        found: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        if found is None and self.outstanding_message_count < self.prefetch:
            try:
                self.broker.client.blpop([bell(self.queue_name)], timeout=PATIENCE)
            except redis.ConnectionError as error:
                raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
            except redis.TimeoutError:
                return None
        return found


class PromptRedisBroker(RedisBroker):
    """A Redis broker whose consumers hear of a message at once."""

    @property
    def consumer_class(self) -> type[WaitingConsumer]:
        return WaitingConsumer

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        return super().consume(queue_name, prefetch, min(timeout, POLL_MS))

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        sent = super().enqueue(message, delay=delay)
        ring = bell(sent.queue_name)
        # The message is in the queue: one that nobody rings for is found a moment later.
        with contextlib.suppress(redis.RedisError), self.client.pipeline(transaction=False) as pipe:
            pipe.rpush(ring, "1")
            pipe.ltrim(ring, -MOST_RINGS, -1)
            pipe.execute()
        return sent


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
