"""Tokens with one letter changed, as a forger would who has no key."""

from __future__ import annotations

PLACE = -4  # not the last letter: of that one base64 leaves some bits unread


def altered(token: str) -> str:
    """Another token of the same length, whose signature cannot be read as this one's."""
    letter = "A" if token[PLACE] != "A" else "B"
    return token[:PLACE] + letter + token[PLACE + 1 :]
