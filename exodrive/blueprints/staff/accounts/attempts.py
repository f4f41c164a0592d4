"""How often somebody may be wrong about a password or a code.

Three counters, of which the strictest holds. By address: everybody behind it. By account: guesses from
browsers that never signed in to it, in windows that grow, so that guessing from many addresses is slow too.
By known browser: somebody who has signed in here before is counted apart, so that no stranger, however busy,
keeps a member of staff out at their own desk. Nobody waits longer than an hour, and only failures count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import cast

from flask import Flask, Response, current_app, request, session
from flask.typing import RouteCallable
from flask_limiter.util import get_remote_address
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from exodrive.accounts.models import StaffUser
from exodrive.extensions import limiter
from exodrive.kernel.ids import new_secret

BY_ADDRESS = "10 per minute; 60 per hour"
BY_ACCOUNT = "5 per minute; 10 per 15 minutes; 20 per hour"
KNOWN_FOR = 180 * 24 * 3600  # seconds
WRONG = 422


def of_password(app: Flask, endpoint: str) -> None:
    """Limit a view that takes somebody's address and password."""
    _limit(app, endpoint, BY_ADDRESS, get_remote_address)
    _limit(app, endpoint, BY_ACCOUNT, _account)


def of_code(app: Flask, endpoint: str) -> None:
    """Limit a view that takes a code, or a password again, of somebody who is known already."""
    _limit(app, endpoint, BY_ACCOUNT, _person)


def remember(response: Response, user: StaffUser) -> None:
    """Tell this browser's guesses from a stranger's from now on. The cookie opens nothing."""
    value = _signer().dumps([_hashed(user.email), new_secret()[:16]])
    response.set_cookie(
        _cookie(), str(value), max_age=KNOWN_FOR, httponly=True, samesite="Lax", secure=_secure()
    )


def _limit(app: Flask, endpoint: str, limits: str, key: Callable[[], str]) -> None:
    view = app.view_functions[endpoint]
    limited = limiter.limit(limits, key_func=key, methods=["POST"], deduct_when=_was_wrong)(view)
    app.view_functions[endpoint] = cast(RouteCallable, limited)


def _was_wrong(response: Response) -> bool:
    return response.status_code == WRONG


def _account() -> str:
    """The account that is guessed at, and by whom; its address stays out of the store of counters."""
    account = _hashed(request.form.get("email", ""))
    try:
        known, browser = _signer().loads(request.cookies.get(_cookie(), ""), max_age=KNOWN_FOR)
    except (BadSignature, ValueError, TypeError):
        known, browser = "", ""
    return f"known/{browser}" if known == account else f"strange/{account}"


def _person() -> str:
    """Who has shown a password, signed in or about to be."""
    if current_user.is_authenticated:
        return f"person/{current_user.id}"
    return f"person/{session.get('tf_user_id') or get_remote_address()}"


def _hashed(email: str) -> str:
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()[:32]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known-browser")


def _cookie() -> str:
    """Beside the session's cookie and named after it."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
