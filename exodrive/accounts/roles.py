"""The roles of the desk, as a ladder: each may do what those below it may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """From the one who only looks to the one whose house it is."""

    VIEWER = "viewer"
    AGENT = "agent"
    MANAGER = "manager"
    OWNER = "owner"


LADDER = tuple(Role)


def reaches(role: Role | str, needed: Role | str) -> bool:
    """Whether somebody with `role` may do what asks for `needed`."""
    return LADDER.index(Role(role)) >= LADDER.index(Role(needed))
