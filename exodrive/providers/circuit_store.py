"""Where a circuit breaker keeps its state: in Redis for all processes, and in memory beside it.

pybreaker's own Redis storage does the keeping. What it lacks is added here, each point met in its source:

- Without Redis it knows no failures, so nothing would ever open: here each process then counts for itself.
- It raises where Redis is away as a circuit is made or its state is missing, and logs a trace per command.
- It raises on values that it cannot read. Here they are thrown away, and the circuit begins anew.
- A time of opening that lies ahead would keep the circuit open until then.
- In a half-open circuit it lets every process try. Here one does, under a lease.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

import redis
import structlog
from pybreaker import (
    STATE_CLOSED,
    CircuitBreakerStorage,
    CircuitMemoryStorage,
    CircuitRedisStorage,
)
from redis.backoff import NoBackoff
from redis.retry import Retry

from exodrive.kernel import circuits, clock
from exodrive.kernel.circuits import CircuitState

log = structlog.get_logger(__name__)

T = TypeVar("T")

ANEW_AFTER: Final = 5.0  # seconds without Redis before it is asked again: each question may cost a timeout
_KEYS: Final = (
    *("pybreaker:state", "pybreaker:fail_counter", "pybreaker:success_counter", "pybreaker:opened_at"),
    *("since", "trial", "told"),
)
NEVER_ENDS: Final = -1  # what Redis says of a key without an end: a lease always has one
# A server that lives and cannot serve now. Any other refusal means that a key holds another kind of value.
_NOT_NOW: Final = (
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.NoPermissionError,
    redis.exceptions.ClusterDownError,
)


class StoreAway(Exception):
    """Redis does not serve now. No RedisError, since pybreaker would take that for a closed circuit."""


class Garbled(Exception):
    """A key holds what no breaker has written."""


class Frank(redis.Redis):
    """A client whose troubles pybreaker does not swallow."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except redis.ResponseError as error:
            raise (StoreAway if isinstance(error, _NOT_NOW) else Garbled)(str(error)) from error
        except redis.RedisError as error:
            raise StoreAway(type(error).__name__) from error


def connect(url: str) -> Frank:
    """Redis at `url`, asked once and briefly: no call of a provider may wait for it."""
    client = Frank.from_url(
        url,
        socket_timeout=circuits.ANSWER_WITHIN,
        socket_connect_timeout=circuits.ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )
    return cast(Frank, client)


class CircuitStore(CircuitBreakerStorage):
    """The state of one provider's circuit. Threads may share it; nothing here raises."""

    def __init__(self, provider: str, client: Frank) -> None:
        super().__init__(provider)
        self._space = circuits.namespace(provider)
        self._client = client
        self._shared: CircuitRedisStorage | None = None
        self._own = CircuitMemoryStorage(STATE_CLOSED)
        self._own_trial = (b"", 0.0)
        self._lock = threading.Lock()
        self._away_until = 0.0

    # What pybreaker asks for. Memory takes part in every change, so that it knows the state when Redis goes.

    @property
    def state(self) -> str:
        def ask(shared: CircuitRedisStorage) -> str:
            try:
                return CircuitState(shared.state).value
            except ValueError as error:
                raise Garbled("state") from error

        found = self._ask(ask)
        if found is not None:
            self._own.state = found
        return str(self._own.state)

    @state.setter
    def state(self, state: str) -> None:
        self._own.state = state
        self._tell(lambda shared: setattr(shared, "state", state))

    @property
    def counter(self) -> int:
        found = self._ask(lambda shared: int(shared.counter))
        return int(self._own.counter) if found is None else found

    def increment_counter(self) -> None:
        self._own.increment_counter()
        self._tell(lambda shared: shared.increment_counter())

    def reset_counter(self) -> None:
        self._own.reset_counter()
        self._tell(lambda shared: shared.reset_counter())

    @property
    def success_counter(self) -> int:
        found = self._ask(lambda shared: int(shared.success_counter))
        return int(self._own.success_counter) if found is None else found

    def increment_success_counter(self) -> None:
        self._own.increment_success_counter()
        self._tell(lambda shared: shared.increment_success_counter())

    def reset_success_counter(self) -> None:
        self._own.reset_success_counter()
        self._tell(lambda shared: shared.reset_success_counter())

    @property
    def opened_at(self) -> datetime | None:
        def ask(shared: CircuitRedisStorage) -> datetime | None:
            found: datetime | None = shared.opened_at
            if found is not None and found > clock.real_now() + circuits.OPEN_TIME:
                raise Garbled("opened_at")
            if found is not None:
                self._own.opened_at = found
            return found

        self._ask(ask)
        found: datetime | None = self._own.opened_at
        return found

    @opened_at.setter
    def opened_at(self, at: datetime) -> None:
        self._own.opened_at = at
        self._tell(lambda shared: setattr(shared, "opened_at", at))

    # What the house adds.

    def take_trial(self, token: bytes, *, seconds: float) -> bool:
        """Become the one call that tries whether the provider is back; the claim ends by itself."""
        lease = int(seconds * 1000)

        def take(_: CircuitRedisStorage) -> bool:
            if self._client.set(self._key("trial"), token, nx=True, px=lease):
                return True
            if self._client.pttl(self._key("trial")) == NEVER_ENDS:
                raise Garbled("trial")
            return False

        taken = self._ask(take)
        if taken is not None:
            return taken
        with self._lock:
            if time.monotonic() < self._own_trial[1]:
                return False
            self._own_trial = (token, time.monotonic() + seconds)
            return True

    def end_trial(self, token: bytes) -> None:
        """Make room for the next one, unless the claim has ended and is somebody else's."""
        with self._lock:
            if self._own_trial[0] == token:
                self._own_trial = (b"", 0.0)

        def end(_: CircuitRedisStorage) -> None:
            if self._client.get(self._key("trial")) == token:
                self._client.delete(self._key("trial"))

        self._tell(end)

    def failed_at(self, at: datetime) -> None:
        """Note the first of the failures in a row, for people."""
        self._tell(lambda _: self._client.set(self._key("since"), int(at.timestamp()), nx=True))

    def count_opening(self) -> bool:
        """Count an opening; True for the first to do so since the circuit was closed."""

        def count(_: CircuitRedisStorage) -> bool:
            first = bool(self._client.set(self._key("told"), 1, nx=True))
            if first:
                self._client.incr(self._key("openings"))
            return first

        counted = self._ask(count)
        return True if counted is None else counted

    def forget_failures(self) -> datetime | None:
        """Forget since when the provider failed, and return it."""

        def forget(_: CircuitRedisStorage) -> datetime | None:
            found = self._client.getdel(self._key("since"))
            self._client.delete(self._key("told"))
            return datetime.fromtimestamp(int(found), UTC) if found else None

        return self._ask(forget)

    # Redis, where it serves.

    def _key(self, name: str) -> str:
        return f"{self._space}:{name}"

    def _ask(self, question: Callable[[CircuitRedisStorage], T]) -> T | None:
        """The answer of the shared state; None where Redis does not serve."""
        if time.monotonic() < self._away_until:
            return None
        try:
            try:
                return question(self._reached())
            except (Garbled, ValueError, OverflowError, OSError) as error:
                self._throw_away(error)
                return question(self._reached())
        except (StoreAway, Garbled, ValueError, OverflowError, OSError) as error:
            self._away_until = time.monotonic() + ANEW_AFTER
            log.warning("provider.circuit_not_shared", provider=self.name, problem=str(error))
            return None

    def _tell(self, change: Callable[[CircuitRedisStorage], Any]) -> None:
        self._ask(change)

    def _reached(self) -> CircuitRedisStorage:
        """pybreaker's storage, made when Redis is first there: it writes as it is made.

        Its mode for clusters sets the time of opening by plain commands, which pass through our client.
        """
        if self._shared is None:
            self._shared = CircuitRedisStorage(
                STATE_CLOSED, self._client, namespace=self._space, cluster_mode=True
            )
        return self._shared

    def _throw_away(self, error: Exception) -> None:
        log.warning("provider.circuit_unreadable", provider=self.name, problem=str(error))
        self._own = CircuitMemoryStorage(STATE_CLOSED)
        self._client.delete(*(self._key(name) for name in _KEYS))
