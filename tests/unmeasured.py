"""Suites whose coverage nobody measures: whole houses that live, race, die or are looked at.

Watching each line costs a process half of its time again. These suites go where others have been that say
what a line is for, and take the most processors of all. Neither they nor the processes that they start
are watched; so a line counts as covered only where a test of its own leads to it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import coverage

FOLDERS = frozenset({"chaos", "clockwork", "journeys", "plans", "races"})
_TESTS = Path(__file__).resolve().parent
_FOR_CHILDREN = "COVERAGE_PROCESS_CONFIG"  # by which coverage's `patch = subprocess` reaches them


def holds(path: Path) -> bool:
    """Whether this file's tests are of such a suite."""
    return path.is_relative_to(_TESTS) and path.relative_to(_TESTS).parts[0] in FOLDERS


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """Measure nothing in here, nor in what is started in here; without coverage this does nothing."""
    handed_down = os.environ.pop(_FOR_CHILDREN, None)
    # A worker of xdist has two, since its parent is measured as well; each, stopped, wakes the one below.
    stopped: list[coverage.Coverage] = []
    while (measuring := coverage.Coverage.current()) is not None:
        measuring.stop()
        stopped.append(measuring)
    try:
        yield
    finally:
        for measuring in reversed(stopped):
            measuring.start()
        if handed_down is not None:
            os.environ[_FOR_CHILDREN] = handed_down
