"""The only place that reads the clock.

Business time (`now`) may run ahead of real time in the sandbox, so that authorizations can be seen to age.
Leases, the relay, rate limits and one-time codes live by `real_now`, which nothing moves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_offset: timedelta = timedelta()
_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """Business time, aware, in UTC."""
    frozen = _frozen.get()
    return frozen if frozen is not None else real_now() + _offset


def real_now() -> datetime:
    """What the machine's clock says, aware, in UTC."""
    return datetime.now(UTC)


def offset() -> timedelta:
    """How far business time runs ahead of real time in this process."""
    return _offset


def set_offset(value: timedelta) -> None:
    """Move this process's business time; `kernel.sandbox_clock` calls it with the stored value."""
    global _offset  # noqa: PLW0603  one clock per process is the point
    _offset = value


@contextlib.contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold business time still in this context: for tests and for replaying old messages."""
    if at.tzinfo is None:
        raise ValueError("the clock needs an aware time")
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
