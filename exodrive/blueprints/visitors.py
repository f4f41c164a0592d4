"""Who somebody is before giving a name: a random mark in the signed session cookie."""

from __future__ import annotations

from flask import session

from exodrive.kernel.ids import new_secret

KEY = "visitor"


def known() -> str | None:
    """The mark of this browser, where it has one."""
    mark = session.get(KEY)
    return mark if isinstance(mark, str) else None


def visitor() -> str:
    """The mark of this browser, made on the first need. It holds one car at a time."""
    mark = known()
    if mark is None:
        # A booking takes longer than a browser stays open.
        session.permanent = True
        session[KEY] = mark = new_secret()
    return mark
