"""The event of the latency measurement and the deed that it goes to: both processes import this."""

from __future__ import annotations

import json
import os

import redis

from exodrive.kernel import clock
from exodrive.kernel.deliveries import Work
from exodrive.kernel.outbox import Route
from exodrive.tasks import work
from exodrive.tasks.routes import MESSAGES, ROUTES

RANG = "bench.rang"
ARRIVALS = "bench:arrivals"

ROUTES[RANG] = (Route("bench.arrive", MESSAGES),)


def store() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=90)


@work.step("bench.arrive", queue=MESSAGES)
def arrive(found: Work) -> None:
    """Say when the deed began: the delivery is claimed by now."""
    store().rpush(ARRIVALS, json.dumps([found.payload["number"], clock.real_now().timestamp()]))
