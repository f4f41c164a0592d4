"""The circuit breaker of one provider, shared by all processes.

After FAILURES in a row nobody asks the provider for OPEN_TIME: work waits without holding a thread for each
timeout, and the provider can come back without a crowd at the door. Then one call tries; where it is answered
all go on, else nobody asks for as long again. It lives by real time, whatever the sandbox's clock says.

pybreaker keeps the books of it. Its own `call` would hold one lock around the whole call, so that the threads
of a process would ask one after the other: here it is only told how a call has ended.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import structlog
from pybreaker import CircuitBreaker, CircuitBreakerError

from exodrive.kernel import circuits, clock
from exodrive.kernel.circuits import CircuitState
from exodrive.kernel.errors import GatewayError, GatewayUnavailable
from exodrive.providers.circuit_store import CircuitStore, Frank

log = structlog.get_logger(__name__)

# In a row: chance seldom makes as many, and a worker's eight threads find them within one timeout.
FAILURES: Final = 5
# Longer than any call, 3 s to connect and 30 s to read. It ends by itself if its process does.
TRIAL_SECONDS: Final = 45.0
TRIAL_UNDER_WAY: Final = timedelta(seconds=5)  # when to look again while somebody tries


class NoAnswer(GatewayUnavailable):
    """The provider cannot be reached, breaks off, fails inside, or talks in no form that it documents."""

    trouble = "no_answer"


class CircuitOpen(GatewayUnavailable):
    """Nobody asks the provider now; it has failed too often. Nothing was sent."""

    trouble = "paused"


class Breaker:
    """Guards the calls of one provider. Threads may share it."""

    def __init__(
        self,
        provider: str,
        client: Frank,
        *,
        failures: int = FAILURES,
        open_time: timedelta = circuits.OPEN_TIME,
    ) -> None:
        self.provider = provider
        self._store = CircuitStore(provider, client)
        self._open_time = open_time
        self._books = CircuitBreaker(
            fail_max=failures,
            reset_timeout=open_time.total_seconds(),
            state_storage=self._store,
            name=provider,
            throw_new_error_on_trip=False,
        )

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        """Around one call. Raises CircuitOpen at once where nobody is to ask now."""
        trial = self._admit()
        try:
            yield
        except NoAnswer as error:
            self._failed(error)
            raise
        except GatewayError:
            self._answered()  # a refusal is an answer
            raise
        else:
            self._answered()
        finally:
            if trial is not None:
                self._store.end_trial(trial)

    def _admit(self) -> bytes | None:
        """Let a call pass; returns the token of one that tries whether the provider is back."""
        # Asked through the breaker, which then knows of what others did before it counts.
        if self._books.state.name == CircuitState.CLOSED:
            return None
        self._refuse_while_open()
        token = secrets.token_bytes(16)
        if not self._store.take_trial(token, seconds=TRIAL_SECONDS):
            raise CircuitOpen(f"{self.provider} is being tried", retry_after=TRIAL_UNDER_WAY)
        try:
            # Another trial may have ended between the look and the claim.
            if self._store.state == CircuitState.CLOSED:
                self._store.end_trial(token)
                return None
            self._refuse_while_open()
            self._books.half_open()
        except CircuitOpen:
            self._store.end_trial(token)
            raise
        return token

    def _refuse_while_open(self) -> None:
        opened_at = self._store.opened_at
        if self._store.state != CircuitState.OPEN or opened_at is None:
            return
        left = min(opened_at + self._open_time - clock.real_now(), self._open_time)
        if left > timedelta():
            raise CircuitOpen(f"{self.provider} is not asked: it has failed too often", retry_after=left)

    def _failed(self, error: NoAnswer) -> None:
        before = self._store.state
        self._store.failed_at(clock.real_now())
        self._note(_raising(error))
        after = self._store.state
        if before != CircuitState.OPEN and after == CircuitState.OPEN and self._store.count_opening():
            log.warning("provider.circuit_opened", provider=self.provider, problem=str(error))

    def _answered(self) -> None:
        before = self._store.state
        if before == CircuitState.CLOSED and self._store.counter == 0:
            return  # as nearly always: nothing to write
        self._note(_fine)
        if self._store.state != CircuitState.CLOSED:
            return
        since = self._store.forget_failures()
        if before != CircuitState.CLOSED:
            away = (clock.real_now() - since).total_seconds() if since else None
            log.warning("provider.circuit_closed", provider=self.provider, after_seconds=away)

    def _note(self, outcome: Callable[[], None]) -> None:
        """Have the outcome counted. One that comes after others have opened the circuit tells nothing new."""
        with contextlib.suppress(NoAnswer, CircuitBreakerError):
            self._books.call(outcome)


def _raising(error: NoAnswer) -> Callable[[], None]:
    def outcome() -> None:
        raise error

    return outcome


def _fine() -> None:
    """An answered call."""
