"""How often somebody may call: counted by token or booking, for strangers by address."""

from __future__ import annotations

from functools import partial

from flask import current_app, g

from exodrive.blueprints.api.calls.callers import Caller
from exodrive.blueprints.api.operations import Operation
from exodrive.extensions import limiter

# A page of cars and a booking take ten calls; a partner's nightly run some hundreds.
LIMITS = {"API_READS": "600 per minute", "API_WRITES": "120 per minute"}


def count(caller: Caller, operation: Operation | None = None) -> None:
    """Count a call; 429 where it is one too many."""
    g.api_counted_as = caller.mark
    if operation is not None and operation.write:
        _count_write()
    else:
        _count_read()


def _whose() -> str:
    return str(g.api_counted_as)


def _limit(name: str) -> str:
    """What the app is configured with, else the above."""
    return str(current_app.config.get(name, LIMITS[name]))


@limiter.shared_limit(partial(_limit, "API_READS"), scope="api-read", key_func=_whose)
def _count_read() -> None:
    """Counted by being called."""


@limiter.shared_limit(partial(_limit, "API_WRITES"), scope="api-write", key_func=_whose)
def _count_write() -> None:
    """Counted by being called."""
