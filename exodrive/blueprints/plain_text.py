"""What the database cannot keep is refused at the door.

PostgreSQL's text has no character with the number zero, and no person types one: it comes from programs that
look for holes. Messages of the providers are left alone, since they are read as bytes.
"""

from __future__ import annotations

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict

from exodrive.kernel import seen

ZERO = "\x00"
READ_AS_BYTES = "webhooks"


def init_app(app: Flask) -> None:
    app.before_request(refuse)


def tidy(value: str | None) -> str | None:
    """What was typed, as one line without spare spaces and signs that nobody sees: a filter for fields."""
    return " ".join(seen.only(value).split()) if value else value


def ends_tidied(value: str | None) -> str | None:
    """What was typed, with its lines and paragraphs, without space around it and signs that nobody sees."""
    return seen.only(value).strip() if value else value


def refuse() -> None:
    """Answer 400 where an address, a query or a form holds the character."""
    if request.blueprint != READ_AS_BYTES and (ZERO in request.path or _holds(request.args, request.form)):
        abort(400)


def _holds(*sent: MultiDict[str, str]) -> bool:
    return any(
        ZERO in name or any(ZERO in value for value in values)
        for fields in sent
        for name, values in fields.lists()
    )
