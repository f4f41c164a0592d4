"""Access tokens, kept for as long as PayPal lets them live.

PayPal names asking for a token before every call as the cause of its rate limiting
(https://developer.paypal.com/api/rest/reference/rate-limiting/), so the workers share one through Redis.
Redis is for speed: without it each process keeps its own.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

# A token within this of its end is not used: a call started with it could outlive it.
MARGIN_SECONDS: Final = 60
_REDIS_SECONDS: Final = 0.5  # Redis is slower than asking PayPal beyond this
# How long others wait for the one who asks, at most: where PayPal hangs, all find out at the same time.
_WAITING_SECONDS: Final = 10.0
_ASKING_SECONDS: Final = 20.0  # and when the claim of one who died while asking ends
# In one step: a newer token that somebody stores in between is to stay.
_DROP: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"


class TokenStore(Protocol):
    """Keeps one token under a name."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, token: str, *, seconds: int) -> None:
        """Keep `token`, which lives `seconds` more, less the margin."""
        ...

    def drop(self, name: str, token: str) -> None:
        """Forget `token`, unless another has taken its place."""
        ...

    def asking(self, name: str) -> AbstractContextManager[None]:
        """Around asking for a new token: one asks, the others wait and then look again. Never refuses."""
        ...


@dataclass
class MemoryTokens:
    """Tokens of this process. `monotonic` is real time: a token does not age with the sandbox's clock."""

    _kept: dict[str, tuple[str, float]] = field(default_factory=dict)
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str) -> str | None:
        token, until = self._kept.get(name, ("", 0.0))
        return token if time.monotonic() < until else None

    def put(self, name: str, token: str, *, seconds: int) -> None:
        self._kept[name] = (token, time.monotonic() + seconds - MARGIN_SECONDS)

    def drop(self, name: str, token: str) -> None:
        if self._kept.get(name, ("", 0.0))[0] == token:
            self._kept.pop(name, None)

    @contextlib.contextmanager
    def asking(self, name: str) -> Iterator[None]:  # noqa: ARG002  a process has one merchant
        first = self._asking.acquire(timeout=_WAITING_SECONDS)
        try:
            yield
        finally:
            if first:
                self._asking.release()


class RedisTokens:
    """Tokens shared by all processes, and kept in memory beside it for when Redis is away."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._own = MemoryTokens()

    @classmethod
    def at(cls, url: str) -> RedisTokens:
        """Redis at `url`. Each command is tried once, since asking PayPal is the better second try."""
        return cls(
            redis.Redis.from_url(
                url,
                socket_timeout=_REDIS_SECONDS,
                socket_connect_timeout=_REDIS_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        )

    def get(self, name: str) -> str | None:
        try:
            kept = self._redis.get(_key(name))
        except redis.RedisError as error:
            _away(error)
            return self._own.get(name)
        return kept.decode() if isinstance(kept, bytes) else None

    def put(self, name: str, token: str, *, seconds: int) -> None:
        self._own.put(name, token, seconds=seconds)
        if seconds <= MARGIN_SECONDS:
            return
        try:
            self._redis.set(_key(name), token, ex=seconds - MARGIN_SECONDS)
        except redis.RedisError as error:
            _away(error)

    def drop(self, name: str, token: str) -> None:
        self._own.drop(name, token)
        try:
            self._redis.eval(_DROP, 1, _key(name), token)
        except redis.RedisError as error:
            _away(error)

    @contextlib.contextmanager
    def asking(self, name: str) -> Iterator[None]:
        """One thread of each process comes this far, and one process of all goes on at a time."""
        with self._own.asking(name):
            lock = self._redis.lock(
                f"paypal:asking:{name}",
                timeout=_ASKING_SECONDS,
                blocking_timeout=_WAITING_SECONDS,
                sleep=0.05,
                thread_local=False,
            )
            try:
                held = lock.acquire()
            except redis.RedisError as error:
                _away(error)
                held = False
            try:
                yield
            finally:
                if held:
                    with contextlib.suppress(redis.RedisError):
                        lock.release()


def _key(name: str) -> str:
    return f"paypal:token:{name}"


def _away(error: redis.RedisError) -> None:
    log.warning("paypal.tokens_not_shared", problem=type(error).__name__)
