"""The guard before every request: whoever asks must be allowed what `blueprints/access.py` says."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exodrive.accounts import roles, security
from exodrive.accounts.roles import Role
from exodrive.blueprints import htmx
from exodrive.blueprints.access import ACCESS, API, LINK, PUBLIC
from exodrive.kernel.errors import Forbidden

log = structlog.get_logger(__name__)

STAFF = "staff:"
SECURITY = "security."
# What a session left open, or stolen, must not be enough for: keys for programs, and other people's accounts.
ASKS_AGAIN = ("staff.tokens", "staff.change_account")
# What somebody may do who should have a second factor and has not set it up: that, and nothing else.
BEFORE_THE_CODE = (security.SET_UP, security.CODE, security.CONFIRM)


class NotYourRole(Forbidden):
    """Signed in, but this takes a higher role. `needed` names it."""

    code = "not_your_role"

    def __init__(self, needed: str) -> None:
        super().__init__(needed)
        self.needed = needed


class Unlisted(Forbidden):
    """A route that nobody has thought about: refused until it is listed."""

    code = "unlisted_route"


def init_app(app: Flask) -> None:
    app.before_request(check)
    app.jinja_env.globals["may"] = may


def check() -> ResponseReturnValue | None:
    """Let the request pass, send it to sign in, or refuse it."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # no such address: the 404 page answers
    if endpoint.startswith(SECURITY) and request.is_json:
        abort(415)  # Flask-Security reads JSON as a form, and stumbles over what is none
    access = ACCESS.get(endpoint)
    if access is None:
        log.error("route without an access rule", endpoint=endpoint)
        raise Unlisted
    if access in (PUBLIC, LINK):
        return None
    if access.startswith(API):
        return None  # `api/calls/dispatch.py` asks for credentials of another kind before it calls the view
    if not current_user.is_authenticated:
        return _sign_in()
    needed = access.removeprefix(STAFF)
    if not roles.reaches(current_user.role, needed):
        raise NotYourRole(needed)
    security.stay()
    return _proved(endpoint)


def _proved(endpoint: str) -> ResponseReturnValue | None:
    """Whether they have proved enough who they are for this; else on to where they can."""
    if endpoint in ASKS_AGAIN and request.method == "POST" and not security.is_fresh():
        return _to(security.CONFIRM, next=request.path)
    if current_user.check_tf_required_setup() and not current_user.has_second_factor:
        return _to(security.SET_UP) if endpoint not in BEFORE_THE_CODE else None
    return None


def may(endpoint: str) -> bool:
    """Whether whoever is signed in may use a route: for leaving out what leads nowhere."""
    access = ACCESS.get(endpoint, "")
    if not access.startswith(STAFF):
        return access in (PUBLIC, LINK)
    return is_at_least(Role(access.removeprefix(STAFF)))


def is_at_least(role: Role) -> bool:
    """Whether somebody is signed in whose role reaches this one."""
    return bool(current_user.is_authenticated) and roles.reaches(current_user.role, role)


def _sign_in() -> ResponseReturnValue:
    """To the sign-in page and back to where one wanted to go; a form is not sent a second time."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return _to(security.SIGN_IN, next=wanted)


def _to(endpoint: str, **arguments: Any) -> ResponseReturnValue:
    """Send somebody elsewhere; htmx is told to go there as a whole."""
    if not htmx.wants_fragment():
        return redirect(url_for(endpoint, **arguments), 303)
    response = Response(status=401)
    response.headers["HX-Redirect"] = url_for(endpoint)
    return response
