"""Staff sign-in: Flask-Security on Flask-Login, with its habits bent to the house's.

It commits by itself and reads its own clock; the datastore below sends both through the kernel.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask_login import user_logged_in
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.forms import LoginForm

from exodrive.accounts.models import NamedRole, StaffUser
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import db, transaction

SIGN_IN = "security.login"  # Flask-Security's own names of its routes
SIGN_OUT = "security.logout"
SHORTEST_PASSWORD = 12


class StaffStore(SQLAlchemyUserDatastore):
    """Where Flask-Security finds and changes members of staff."""

    def commit(self) -> None:
        """Commit what Flask-Security changed (times and places of a sign-in), at the kernel's edge."""
        with transaction():
            pass


def init_app(
    app: Flask, *, address: str, home: str, template: str, form: type[LoginForm] = LoginForm
) -> None:
    """Set up sign-in at `address`/login and sign-out at `address`/logout; who signed in comes to `home`.

    No registration and no password by mail: the owner makes the accounts (`accounts.staff`).
    """
    app.config.update(
        SECURITY_URL_PREFIX=address,
        SECURITY_POST_LOGIN_VIEW=home,
        SECURITY_POST_LOGOUT_VIEW=f"{address}/login",
        SECURITY_LOGIN_USER_TEMPLATE=template,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  the name of a method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # argon2 salts by itself: no second hash around it
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST_PASSWORD,
        SECURITY_RETURN_GENERIC_RESPONSES=True,  # a wrong name and a wrong password look the same
        SECURITY_TRACKABLE=True,
        SECURITY_DATETIME_FACTORY=_real_now,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_STATIC_FOLDER_URL=None,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        # No second page that asks for the password again, and no tokens in headers: a session or nothing.
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_LOGOUT_CSRF=True,
    )
    Security(app, StaffStore(db, StaffUser, NamedRole), login_form=form)
    user_logged_in.connect(_signed_in, app)


def actor(user: StaffUser) -> Actor:
    """A member of staff as the audit trail knows them."""
    return Actor(ActorKind.STAFF, user.name, user.id)


def _real_now() -> datetime:
    return clock.real_now()


def _signed_in(_app: Flask, user: StaffUser, **_others: Any) -> None:
    """Flask-Security commits this with the times of the sign-in."""
    audit.record("staff.signed_in", subject=("staff", user.id), by=actor(user), at=clock.now())
