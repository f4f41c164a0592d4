"""Keeping a crowd from queueing in the database for one thing: a short lock in Redis around a transaction.

It only sheds contention. With Redis down, or after a short wait, everybody goes on and the database decides.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from uuid import UUID

import redis
import structlog
from redis.lock import Lock

log = structlog.get_logger(__name__)

WAIT = 0.05  # seconds; longer than a winner's transaction, shorter than a person notices
LIFE = 2.0  # seconds; what a crashed holder costs the others at most, who wait only WAIT of it anyway

_client: redis.Redis | None = None


def use_redis(url: str) -> None:
    """Name the server. Its absence is never an error, only a fifth of a second lost."""
    global _client  # noqa: PLW0603  one client per process
    _client = redis.Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)


@contextlib.contextmanager
def car_lock(car_id: UUID) -> Iterator[None]:
    """Wait briefly for whoever books this car now. Never refuses: see above."""
    lock = _acquired(f"car:{car_id}")
    try:
        yield
    finally:
        if lock is not None:
            # Released by its owner's token only, compared and deleted in one step on the server.
            with contextlib.suppress(redis.RedisError):
                lock.release()


def _acquired(name: str) -> Lock | None:
    if _client is None:
        return None
    lock = _client.lock(f"lock:{name}", timeout=LIFE, blocking_timeout=WAIT, sleep=0.01, thread_local=False)
    try:
        return lock if lock.acquire(token=secrets.token_hex(16)) else None
    except redis.RedisError as error:
        log.info("lock server away", error=type(error).__name__)
        return None
