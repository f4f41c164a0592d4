"""How the providers' circuits stand, for whoever only looks: the desk, `/metrics`, the logs.

The workers' breaker (`providers.breaker`) keeps them in Redis. Nothing is decided by what is read here, and
where Redis is away nothing is known.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from exodrive.kernel import clock

log = structlog.get_logger(__name__)

PROVIDERS: Final = ("paypal", "docuseal", "resend")
OPEN_TIME: Final = timedelta(seconds=30)  # how long nobody asks a provider that has failed
ANSWER_WITHIN: Final = 0.2  # seconds; Redis is on the house's own network
_ANEW_AFTER: Final = 5.0  # seconds before a server that was away is asked again


class CircuitState(StrEnum):
    """The breaker's own words (pybreaker keeps them so)."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"  # one call tries whether the provider is back


@dataclass(frozen=True, slots=True)
class Circuit:
    """One provider's. `since` is the first of the failures in a row, `until` when it is tried again."""

    provider: str
    state: CircuitState = CircuitState.CLOSED
    since: datetime | None = None
    until: datetime | None = None
    openings: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is not CircuitState.CLOSED


def namespace(provider: str) -> str:
    """What the keys of a provider's circuit begin with."""
    return f"circuit:{provider}"


_client: redis.Redis | None = None
_away_until = 0.0


def use_redis(url: str) -> None:
    """Name the server. Each command is tried once."""
    global _client, _away_until  # noqa: PLW0603  one client per process
    _client = redis.Redis.from_url(
        url,
        socket_timeout=ANSWER_WITHIN,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )
    _away_until = 0.0


def read() -> dict[str, Circuit] | None:
    """Every provider's circuit; None where Redis is away."""
    global _away_until  # noqa: PLW0603  as above
    if _client is None or time.monotonic() < _away_until:
        return None
    names = ("pybreaker:state", "pybreaker:opened_at", "since", "openings")
    try:
        found = _client.mget([f"{namespace(each)}:{name}" for each in PROVIDERS for name in names])
    except redis.RedisError as error:
        _away_until = time.monotonic() + _ANEW_AFTER
        log.info("circuits.unknown", problem=type(error).__name__)
        return None
    return {
        each: _circuit(each, found[number * len(names) : (number + 1) * len(names)])
        for number, each in enumerate(PROVIDERS)
    }


def _circuit(provider: str, kept: Any) -> Circuit:
    """From the stored values; what cannot be read counts as not there, as it does for the breaker."""
    state, opened_at, since, openings = kept
    try:
        standing = CircuitState((state or b"closed").decode())
    except ValueError:
        standing = CircuitState.CLOSED
    opened = _moment(opened_at)
    return Circuit(
        provider,
        standing,
        since=_moment(since) if standing is not CircuitState.CLOSED else None,
        until=opened + OPEN_TIME if opened and standing is CircuitState.OPEN else None,
        openings=int(openings) if openings and openings.isdigit() else 0,
    )


def _moment(seconds: bytes | None) -> datetime | None:
    """A time as the breaker keeps it, in whole seconds; one that lies ahead is none."""
    if not seconds or not seconds.isdigit() or len(seconds) > len("9999999999"):
        return None
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at if at <= clock.real_now() + OPEN_TIME else None
