"""What makes a message look as if no person had written it. Such a message is kept, and put aside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FASTEST = timedelta(seconds=3)  # nobody reads the form and fills it in sooner
OLDEST = timedelta(days=2)  # a page may lie open overnight; a form kept for later is a program's
MOST_LINKS = 2

_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)


class Suspicion(StrEnum):
    """Why a message was put aside: for the desk, never for whoever sent it."""

    TRAP = "trap"  # filled in a field that people do not see
    FORGED = "forged"  # came without a form of ours
    TOO_FAST = "too_fast"
    TOO_OLD = "too_old"
    LINKS = "links"


@dataclass(frozen=True, slots=True)
class Signs:
    """How a message came. `age` is how long its form had been open, None where it is none of ours."""

    trap: str
    age: timedelta | None
    text: str


def suspicion(signs: Signs) -> Suspicion | None:
    """The first sign that speaks against a message; None where nothing does."""
    if signs.trap.strip():
        return Suspicion.TRAP
    if signs.age is None:
        return Suspicion.FORGED
    if signs.age < FASTEST:
        return Suspicion.TOO_FAST
    if signs.age > OLDEST:
        return Suspicion.TOO_OLD
    return Suspicion.LINKS if links(signs.text) > MOST_LINKS else None


def links(text: str) -> int:
    """How many links a text holds, however they are written."""
    return len(_LINK.findall(text))
