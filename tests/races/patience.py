"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(find: Callable[[], T | None], *, what: str, seconds: float = 90, pause: float = 0.1) -> T:
    """What `find` returns as soon as that is something. Fails with `what` was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        found = find()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} seconds still waiting for {what}; last: {found!r}")
        time.sleep(pause)
