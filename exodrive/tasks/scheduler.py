"""The scheduler: sends every sweep to the queue at its time, whether or not the queue is there just now.

A sweep that was not sent is not missed: the next one looks for everything that is overdue.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Any

import redis
import structlog
from dramatiq import Actor
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError as BrokerAway
from periodiq import Scheduler

from exodrive.kernel import failpoints
from exodrive.kernel.failpoints import Place

log = structlog.get_logger(__name__)


class PatientScheduler(Scheduler):  # type: ignore[misc]  # periodiq has no types
    """Periodiq's own, which would end at the first moment without Redis."""

    def send_actors(self, actors: Sequence[Actor[Any, Any]], now: Any) -> None:
        try:
            super().send_actors(actors, now)
        except (BrokerAway, redis.RedisError) as error:
            log.warning("queue away", error=type(error).__name__)
        else:
            failpoints.reach(Place.SCHEDULER_SENT)


def run(broker: RedisBroker) -> None:
    """Schedule the broker's periodic actors until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    scheduler = PatientScheduler([actor for actor in broker.actors.values() if "periodic" in actor.options])
    log.info("scheduler started", sweeps=len(scheduler.actors))
    scheduler.schedule()
    scheduler.loop()
