"""The circuits of the providers in a test's own Valkey."""

from __future__ import annotations

import redis


def pass_open_time(redis_url: str) -> None:
    """Let the time be over for which nobody asks a provider that has failed: the next call tries."""
    with redis.Redis.from_url(redis_url) as store:
        for key in store.scan_iter("circuit:*:opened_at"):
            store.set(key, 1)


def close(redis_url: str) -> None:
    """Forget how the providers did: the next test has other ones."""
    with redis.Redis.from_url(redis_url) as store:
        for key in store.scan_iter("circuit:*"):
            store.delete(key)
