"""The guard before every request: whoever asks must be allowed what `blueprints/access.py` says."""

from __future__ import annotations

import structlog
from flask import Flask, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exodrive.accounts import roles, security
from exodrive.accounts.roles import Role
from exodrive.blueprints import htmx
from exodrive.blueprints.access import ACCESS, LINK, PUBLIC
from exodrive.kernel.errors import Forbidden

log = structlog.get_logger(__name__)

STAFF = "staff:"


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
    access = ACCESS.get(endpoint)
    if access is None:
        log.error("route without an access rule", endpoint=endpoint)
        raise Unlisted
    if access in (PUBLIC, LINK):
        return None
    if not current_user.is_authenticated:
        return _sign_in()
    needed = access.removeprefix(STAFF)
    if not roles.reaches(current_user.role, needed):
        raise NotYourRole(needed)
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
    if not htmx.wants_fragment():
        return redirect(url_for(security.SIGN_IN, next=wanted), 303)
    response = Response(status=401)
    response.headers["HX-Redirect"] = url_for(security.SIGN_IN)
    return response
