"""Whole numbers that pages send back: amounts that were agreed to, versions that were seen."""

from __future__ import annotations

# More digits than any amount or version has, and few enough for Python, which refuses to read thousands.
MOST_DIGITS = 15


def whole(text: str) -> int | None:
    """The number that is written there; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None
