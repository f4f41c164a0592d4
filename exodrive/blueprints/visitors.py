"""Who somebody is before giving a name: a random mark in the signed session cookie."""

from __future__ import annotations

from flask import session

from exodrive.kernel.ids import new_secret

KEY = "visitor"


def visitor() -> str:
    """The mark of this browser, made on the first need. It holds one car at a time."""
    mark = session.get(KEY)
    if not isinstance(mark, str):
        # A booking takes longer than a browser stays open.
        session.permanent = True
        session[KEY] = mark = new_secret()
    return mark
