"""Sweeps sent by hand, as the scheduler sends them at their time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable

import dramatiq
import redis
from dramatiq.errors import BrokerConnectionError as BrokerAway

from exodrive.tasks import broker as queue
from exodrive.tasks.routes import MESSAGES
from tests.live import LiveHouse


def send(house: LiveHouse, sweeps: Iterable[Callable[[], None]], *, to: str = MESSAGES) -> None:
    """Put sweeps into a queue of the house; nothing where Valkey is away just now."""
    broker = queue.PromptRedisBroker(url=house.redis.url)  # type: ignore[no-untyped-call]
    with contextlib.suppress(BrokerAway, redis.RedisError):
        for sweep in sweeps:
            broker.enqueue(
                dramatiq.Message(
                    queue_name=to, actor_name=f"sweeps.{sweep.__name__}", args=(), kwargs={}, options={}
                )
            )
    broker.close()
