"""Finding a booking by what people say of it: small letters, no accents, and what looks alike is alike.

Both sides are folded: what is stored with a booking, and what somebody types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from exodrive.kernel.folding import fold

MOST_WORDS = 8  # each is a condition of its own; a page full of them would keep the database busy
# References know no O, I and L; typed from a phone call they come all the same.
LOOKS_LIKE = str.maketrans("oil", "011")
REFERENCE = 6  # signs of a reference behind its dash, as `kernel.ids` makes them
# `(301) 555-0123` as people write it; stored, it has no such signs.
TELEPHONE = re.compile(r"[+(]*\d[\d\s().\-/]{2,}")


def stored(words: Iterable[str], *, plate: str) -> str:
    """What is kept for searching: the words folded, and the plate without its spaces as well."""
    return " ".join([*(fold(word) for word in words), fold(plate), fold(plate).replace(" ", "")])


def typed(text: str) -> list[tuple[str, ...]]:
    """The words somebody typed, in any order, each with the readings of which one must be found."""
    if TELEPHONE.fullmatch(text.strip()):
        return [_as_telephone(text)]
    return [_readings(word) for word in fold(text).split()[:MOST_WORDS]]


def _as_telephone(text: str) -> tuple[str, ...]:
    """The figures alone; and as typed, since a plate may look like that."""
    figures = "".join(sign for sign in text if sign.isdecimal())
    return tuple(dict.fromkeys((figures, fold(text).strip())))


def _readings(word: str) -> tuple[str, ...]:
    """The word itself, as a reference or a part of one, and as one whose dash was left out."""
    prefix, dash, rest = word.rpartition("-")
    readings = [word, prefix + dash + rest.translate(LOOKS_LIKE)]
    if not dash and word.isalnum() and len(word) > REFERENCE + 1:
        readings.append(f"-{word[-REFERENCE:].translate(LOOKS_LIKE)}")
    return tuple(dict.fromkeys(readings))
