"""Light, dark, or as the device has it: a cookie, written by a plain form."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

appearance = Blueprint("appearance", __name__)

THEMES = ("system", "light", "dark")
COOKIE = "theme"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    app.register_blueprint(appearance)
    app.jinja_env.globals["theme"] = theme


def theme() -> str:
    """The reader's choice, or `system`."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in THEMES else "system"


@appearance.post("/appearance")
def choose() -> ResponseReturnValue:
    """Keep the choice and go back to the page that it was made on. Answers 400 for an unknown theme."""
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        abort(400)
    response = redirect(_page_before(), 303)
    response.set_cookie(COOKIE, chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)
    return response


def _page_before() -> str:
    """The path of the page that the form stood on; never another site."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host or not before.path.startswith("/") or before.path.startswith("//"):
        return "/"
    return f"{before.path}?{before.query}" if before.query else before.path
