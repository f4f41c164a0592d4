"""Many people doing something at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def together(people: Sequence[T], prepare: Callable[[T], Callable[[], R]]) -> list[tuple[R, float]]:
    """What each did, in order, with the seconds that it took.

    Everybody prepares and then waits for the others; what `prepare` returned is done by all at once.
    """
    start = threading.Barrier(len(people))

    def one(person: T) -> tuple[R, float]:
        try:
            act = prepare(person)
        except BaseException:
            start.abort()
            raise
        start.wait(120)
        began = time.monotonic()
        return act(), time.monotonic() - began

    with ThreadPoolExecutor(len(people)) as threads:
        return list(threads.map(one, people))


def each(people: Sequence[T], act: Callable[[T], R], *, at_once: int = 8) -> list[R]:
    """What each did, a few at a time."""
    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(act, people))
