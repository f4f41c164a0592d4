"""Staff sign-in: Flask-Security on Flask-Login, with its habits bent to the house's.

It commits by itself and reads its own clock; the datastore below sends both through the kernel. Its sessions
live in the cookie alone; ours are rows too (`accounts.sessions`), so that they can be ended. What it offers
to programs (JSON, tokens in headers and addresses) is off: programs have the API and its tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, g
from flask import session as cookie
from flask_login import user_logged_in, user_logged_out
from flask_security import PasswordUtil, Security, SQLAlchemyUserDatastore, password_changed
from flask_security.utils import check_and_update_authn_fresh, set_request_attr

from exodrive.accounts import passwords, second_factor, sessions
from exodrive.accounts.models import NamedRole, StaffUser
from exodrive.accounts.passwords import PasswordGuessable, PasswordTooLong, PasswordTooShort
from exodrive.accounts.second_factor import OneTimeCodes, RecoveryCodes
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import db, transaction

# Flask-Security's own names of its routes
SIGN_IN = "security.login"
SIGN_OUT = "security.logout"
CODE = "security.two_factor_token_validation"
SET_UP = "security.two_factor_setup"
RECOVER = "security.mf_recovery"
RECOVERY_CODES = "security.mf_recovery_codes"
CONFIRM = "security.verify"
NEW_PASSWORD = "security.change_password"  # noqa: S105  the name of a route
# It makes these too, and nobody here needs them: set-up is confirmed by the session, nobody is rescued by
# mail, and there is one method to choose from.
UNUSED = ("security.two_factor_setup_validate", "security.two_factor_rescue", "security.tf_select")

SESSION = "desk"  # where the cookie keeps the secret of the session's row
KEPT_AT_SIGN_IN = ("visitor",)  # who also has a booking open in this browser
FRESH = timedelta(minutes=15)  # since the password was typed, for changing what one signs in with


class StaffStore(SQLAlchemyUserDatastore):
    """Where Flask-Security finds and changes members of staff."""

    def commit(self) -> None:
        """Commit what Flask-Security changed (times and places of a sign-in), at the kernel's edge."""
        with transaction():
            pass

    def tf_set(
        self, user: Any, primary_method: str, totp_secret: str | None = None, phone: str | None = None
    ) -> None:
        if totp_secret and totp_secret != user.tf_totp_secret:
            _note("staff.second_factor_set", user)
        super().tf_set(user, primary_method, totp_secret=totp_secret, phone=phone)

    def tf_reset(self, user: Any) -> None:
        _note("staff.second_factor_removed", user)
        super().tf_reset(user)
        user.mf_recovery_codes = None

    def mf_set_recovery_codes(self, user: Any, rcs: list[str] | None) -> None:
        _note("staff.recovery_codes_made", user)
        super().mf_set_recovery_codes(user, rcs)


class Passwords(PasswordUtil):
    """The house's rule in the place of Flask-Security's."""

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002  Flask-Security's
        **others: Any,
    ) -> tuple[list[Any] | None, str]:
        """What is wrong with a new password, as codes, and the password as it is hashed."""
        plain = self.normalize(password)
        user: StaffUser = others["user"]
        try:
            passwords.check(plain, about=(user.name, user.email))
        except (PasswordTooShort, PasswordTooLong, PasswordGuessable) as error:
            return [error.code], plain
        return None, plain


def init_app(
    app: Flask,
    *,
    address: str,
    home: str,
    account: str,
    templates: Mapping[str, str],
    forms: Mapping[str, Any],
) -> None:
    """Set up sign-in at `address`/login and sign-out at `address`/logout; who signed in comes to `home`.

    No registration and no password by mail: the owner makes the accounts (`accounts.staff`). `account` is the
    page of one's own account; `templates` are named as Flask-Security's settings, `forms` as its arguments.
    """
    app.config.update(
        SECURITY_URL_PREFIX=address,
        SECURITY_POST_LOGIN_VIEW=home,
        SECURITY_POST_LOGOUT_VIEW=f"{address}/login",
        SECURITY_POST_CHANGE_VIEW=account,
        SECURITY_POST_VERIFY_VIEW=account,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  the name of a method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # argon2 salts by itself: no second hash around it
        SECURITY_PASSWORD_LENGTH_MIN=passwords.SHORTEST,
        SECURITY_RETURN_GENERIC_RESPONSES=True,  # a wrong name and a wrong password look the same
        SECURITY_TRACKABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/new-password",
        SECURITY_VERIFY_URL="/confirm",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_DATETIME_FACTORY=_real_now,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_STATIC_FOLDER_URL=None,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        SECURITY_FRESHNESS=FRESH,
        SECURITY_FRESHNESS_GRACE_PERIOD=timedelta(),
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=[second_factor.METHOD],
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=second_factor.WINDOW,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_SETUP_URL="/second-factor",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/code",  # noqa: S106  an address
        SECURITY_TWO_FACTOR_POST_SETUP_VIEW=account,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=second_factor.RECOVERY_CODES,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/recovery-codes",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/recovery",
        SECURITY_TOTP_SECRETS=second_factor.keys(app.config["SECRET_KEY"]),
        SECURITY_TOTP_ISSUER="ExoDrive",
        **{f"SECURITY_{name}_TEMPLATE": template for name, template in templates.items()},
    )
    security = Security(
        app,
        StaffStore(db, StaffUser, NamedRole),
        totp_cls=OneTimeCodes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        password_util_cls=Passwords,
        **forms,
    )
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(_holder)
    security.login_manager.request_loader(_nobody)
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    password_changed.connect(_password_changed, app)


def actor(user: StaffUser) -> Actor:
    """A member of staff as the audit trail knows them."""
    return Actor(ActorKind.STAFF, user.name, user.id)


def is_fresh() -> bool:
    """Whether whoever is signed in has typed the password lately."""
    fresh: bool = check_and_update_authn_fresh(FRESH, timedelta(), "session")
    return fresh


def this_session() -> UUID | None:
    """The row of the session that this request came with."""
    row = g.get("staff_session")
    return row.id if row is not None else None


def stay() -> None:
    """Note that the session of this request is still used; in no transaction."""
    row = g.get("staff_session")
    at = clock.real_now()
    if row is not None and sessions.is_stale(row, at=at):
        with transaction():
            sessions.seen(row.id, at=at)


def _real_now() -> datetime:
    return clock.real_now()


def _holder(uniquifier: str) -> StaffUser | None:
    """Whose session a cookie speaks of, asked once in each request."""
    found = sessions.holder(uniquifier, cookie.get(SESSION, ""), at=clock.real_now())
    if found is None:
        return None
    user, g.staff_session = found
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", cookie.get("fs_paa", 0))
    return user


def _nobody(_request: object) -> None:
    """No header and no address signs anybody in."""


def _signed_in(_app: Flask, user: StaffUser, **_others: Any) -> None:
    """A new session, of which nothing was known before. Flask-Security commits this with the times of it."""
    for name in [each for each in cookie if each[0] != "_" and each not in KEPT_AT_SIGN_IN]:
        cookie.pop(name)
    g.pop("csrf_token", None)  # Flask-WTF would go on with the old one
    cookie.permanent = True
    cookie[SESSION] = sessions.begin(user, at=clock.real_now())
    _note("staff.signed_in", user)


def _signed_out(_app: Flask, user: StaffUser, **_others: Any) -> None:
    secret = cookie.get(SESSION, "")
    for name in [each for each in cookie if each[0] != "_" and each not in KEPT_AT_SIGN_IN]:
        cookie.pop(name)
    with transaction():
        sessions.end(secret, at=clock.real_now())
        _note("staff.signed_out", user)


def _password_changed(_app: Flask, user: StaffUser, **_others: Any) -> None:
    _note("staff.password_changed", user)


def _note(action: str, user: StaffUser) -> None:
    audit.record(action, subject=("staff", user.id), by=actor(user), at=clock.now())
