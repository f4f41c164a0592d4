"""The house's own words on a page: as they are published, or for its staff as they will be.

`?preview=1` shows drafts to whoever is signed in at the desk, and changes nothing for anybody else. Such an
answer may stand in a frame of the desk, and no copy of it is kept anywhere.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from flask_login import current_user

from exodrive.accounts import roles
from exodrive.accounts.roles import Role
from exodrive.blueprints import htmx, security_headers
from exodrive.rendering import prose
from exodrive.site import queries
from exodrive.site.slots import Words

PREVIEW = "preview"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(prose=prose.blocks, previewing=previewing, area_line=area_line)


def previewing() -> bool:
    """Whether this request is answered with drafts."""
    return (
        PREVIEW in request.args
        and bool(current_user.is_authenticated)
        and roles.reaches(current_user.role, Role.AGENT)
    )


def words(*names: str) -> dict[str, Words]:
    """The words of these slots for this request. Needs a transaction."""
    return queries.words(*names, drafts=previewing())


def area_line() -> str:
    """Where the house brings its cars, in one line for the foot of a page; read once per request."""
    if "area_line" not in g:
        g.area_line = words("area")["area"]["short"]
    return str(g.area_line)


def page(template: str, **context: Any) -> Response:
    """A page with the house's words on it."""
    response = htmx.page(template, "main", **context)
    if previewing():
        security_headers.let_us_frame(response)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
