"""Finding a booking by what people say of it: small letters, no accents, and what looks alike is alike.

Both sides are folded: what is stored with a booking, and what somebody types.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# References know no O, I and L; typed from a phone call they come all the same.
LOOKS_LIKE = str.maketrans("oil", "011")


def stored(words: Iterable[str], *, plate: str) -> str:
    """What is kept for searching: the words folded, and the plate without its spaces as well."""
    return " ".join([*(fold(word) for word in words), fold(plate), fold(plate).replace(" ", "")])


def typed(text: str) -> list[tuple[str, ...]]:
    """The words somebody typed, in any order, each with the readings of which one must be found."""
    return [_readings(word) for word in fold(text).split()]


def fold(text: str) -> str:
    """Small letters without accents: `Müller` is found as `muller`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _readings(word: str) -> tuple[str, ...]:
    """The word itself, and as a reference or a part of one."""
    prefix, dash, rest = word.rpartition("-")
    read = prefix + dash + rest.translate(LOOKS_LIKE)
    return (word,) if read == word else (word, read)
