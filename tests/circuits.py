"""The circuits of the providers in a test's own Valkey."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final
from unittest.mock import patch

import redis

from exodrive.kernel import circuits

AS_THE_HOUSE: Final = circuits.ANSWER_WITHIN
AS_A_TEST: Final = 60.0


@contextlib.contextmanager
def answers_within(seconds: float = AS_A_TEST) -> Iterator[None]:
    """So long wait the clients of Valkey that are made in here.

    After a fifth of a second the house's go on without it: on a busy machine a test's would too, and count
    for themselves where the test looks at what is shared.
    """
    with patch.object(circuits, "ANSWER_WITHIN", seconds):
        yield


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
