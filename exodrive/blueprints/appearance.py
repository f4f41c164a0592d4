"""Light, dark, or as the device has it: a cookie, written by a plain form."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from exodrive.blueprints import origins
from exodrive.extensions import csrf

appearance = Blueprint("appearance", __name__)

THEMES = ("system", "light", "dark")
# The ground of a page, which browsers paint their own frame with.
GROUND = {"light": "#f3f4f3", "dark": "#0c0e10"}
COOKIE = "theme"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    app.register_blueprint(appearance)
    csrf.exempt(choose)  # it asks for the token itself where one is needed
    app.jinja_env.globals.update(theme=theme, theme_colours=theme_colours)


def theme() -> str:
    """The reader's choice, or `system`."""
    chosen = request.cookies.get(_cookie(), "")
    return chosen if chosen in THEMES else "system"


def theme_colours() -> list[tuple[str, str]]:
    """The colours of a browser's frame, each with its scheme, "" where the reader has chosen one."""
    chosen = theme()
    if chosen in GROUND:
        return [(GROUND[chosen], "")]
    return [(colour, scheme) for scheme, colour in GROUND.items()]


@appearance.post("/appearance")
def choose() -> ResponseReturnValue:
    """Keep the choice and go back to the page that it was made on. Answers 400 for an unknown theme.

    Open pages have no token, so that reading them takes no cookie: there the browser's word is enough.
    """
    if not origins.vouched():
        csrf.protect()
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        abort(400)
    response = redirect(_page_before(), 303)
    response.set_cookie(
        _cookie(),
        chosen,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response


def _cookie() -> str:
    """Held to this host where the session's cookie is."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _page_before() -> str:
    """The path of the page that the form stood on; never another site."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:  # brackets that are no address
        return "/"
    if before.netloc != request.host or not re.match(r"/(?![/\\])", before.path):
        return "/"
    return f"{before.path}?{before.query}" if before.query else before.path
