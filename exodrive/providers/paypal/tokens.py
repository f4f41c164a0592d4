"""Access tokens, kept for as long as PayPal lets them live.

PayPal names asking for a token before every call as the cause of its rate limiting
(https://developer.paypal.com/api/rest/reference/rate-limiting/), so the workers share one through Redis.
Redis is for speed: without it each process keeps its own.
"""

from __future__ import annotations

import time
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


class TokenStore(Protocol):
    """Keeps one token under a name."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, token: str, *, seconds: int) -> None:
        """Keep `token`, which lives `seconds` more, less the margin."""
        ...

    def drop(self, name: str, token: str) -> None:
        """Forget `token`, unless another has taken its place."""
        ...


@dataclass
class MemoryTokens:
    """Tokens of this process. `monotonic` is real time: a token does not age with the sandbox's clock."""

    _kept: dict[str, tuple[str, float]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        token, until = self._kept.get(name, ("", 0.0))
        return token if time.monotonic() < until else None

    def put(self, name: str, token: str, *, seconds: int) -> None:
        self._kept[name] = (token, time.monotonic() + seconds - MARGIN_SECONDS)

    def drop(self, name: str, token: str) -> None:
        if self._kept.get(name, ("", 0.0))[0] == token:
            self._kept.pop(name, None)


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
        """A newer token stored between the two commands is lost too, which costs one more call."""
        self._own.drop(name, token)
        try:
            if self._redis.get(_key(name)) == token.encode():
                self._redis.delete(_key(name))
        except redis.RedisError as error:
            _away(error)


def _key(name: str) -> str:
    return f"paypal:token:{name}"


def _away(error: redis.RedisError) -> None:
    log.warning("paypal.tokens_not_shared", problem=type(error).__name__)
