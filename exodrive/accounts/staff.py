"""The accounts of the staff: made by the owner or on the command line, never by registration."""

from __future__ import annotations

from uuid import uuid4

from flask_login import current_user
from flask_security.utils import hash_password
from sqlalchemy import select

from exodrive.accounts import security
from exodrive.accounts.models import StaffUser
from exodrive.accounts.roles import Role
from exodrive.kernel import clock
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import flush, session
from exodrive.kernel.errors import Conflict, Forbidden, Refused
from exodrive.kernel.ids import new_id


class EmailTaken(Conflict):
    """Somebody has an account with this address."""

    code = "email_taken"


class PasswordTooShort(Refused):
    code = "password_too_short"


class NotSignedIn(Forbidden):
    """The request comes from nobody that the house knows."""

    status = 401
    code = "not_signed_in"


def add_user(email: str, name: str, password: str, role: Role | str) -> StaffUser:
    """Make an account. Needs an app context; raises EmailTaken, PasswordTooShort, ValueError for no role."""
    if len(password) < security.SHORTEST_PASSWORD:
        raise PasswordTooShort
    user = StaffUser(
        id=new_id(),
        email=email.strip().lower(),
        name=name.strip(),
        role=Role(role),
        password=hash_password(password),
        active=True,
        fs_uniquifier=uuid4().hex,
        created_at=clock.now(),
        login_count=0,
    )
    session().add(user)
    flush({"staff_users_email_key": EmailTaken()})
    return user


def find(email: str) -> StaffUser | None:
    return session().scalars(select(StaffUser).where(StaffUser.email == email.strip().lower())).first()


def current() -> StaffUser | None:
    """Who is signed in on this request."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def current_actor() -> Actor:
    """Who acts on this request. Raises NotSignedIn."""
    user = current()
    if user is None:
        raise NotSignedIn
    return security.actor(user)
