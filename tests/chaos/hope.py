"""Waiting as long as there is hope: the campaign says when nothing moves any more, and not a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import requests

T = TypeVar("T")
LOST = requests.RequestException  # an answer that does not come
PAUSE = 0.1  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Hope:
    """Shared by all who wait in one campaign."""

    gone: threading.Event = field(default_factory=threading.Event)

    def until(self, find: Callable[[], T | None], *, what: str) -> T:
        """What `find` returns as soon as that is something; an answer that was lost is nothing yet."""
        while True:
            try:
                found = find()
            except LOST:
                found = None
            if found:
                return found
            if self.gone.wait(PAUSE):
                raise AssertionError(f"in vain: {what}")
