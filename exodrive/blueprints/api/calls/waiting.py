"""Waiting for an outcome that a worker brings, for callers who asked for it by `Prefer: wait`.

Nothing is held meanwhile but a thread: no transaction, no connection. So that waiting never uses up the
threads that others need, only a few may wait at a time; the next one gets 202 at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, repeat

from exodrive.blueprints.api.answers import Answer
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction

# Half of a process's threads (WEB_THREADS).
MOST_WAITERS = 4
PAUSES = (0.1, 0.2, 0.4)  # seconds between two looks; the last one repeats

_places = threading.BoundedSemaphore(MOST_WAITERS)


def wait(later: Callable[[], Answer | None], *, seconds: int) -> Answer | None:
    """What came of it within so many seconds; None where it is not known yet, or nobody else may wait."""
    if not _places.acquire(blocking=False):
        return None
    try:
        return _look(later, seconds=seconds)
    finally:
        _places.release()


def _look(later: Callable[[], Answer | None], *, seconds: int) -> Answer | None:
    until = clock.real_now() + timedelta(seconds=seconds)
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    while True:
        with transaction():
            found = later()
        db.session.remove()  # gives the connection back, and with it all that was read
        if found is not None or clock.real_now() >= until:
            return found
        time.sleep(next(pauses))
