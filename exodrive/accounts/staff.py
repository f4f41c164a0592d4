"""The accounts of the staff: made by the owner or on the command line, never by registration."""

from __future__ import annotations

from datetime import datetime
from unicodedata import normalize
from uuid import UUID, uuid4

from flask_login import current_user
from flask_security.utils import hash_password
from sqlalchemy import func, select

from exodrive.accounts import passwords, security, sessions
from exodrive.accounts.models import StaffSession, StaffUser
from exodrive.accounts.roles import Role
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import flush, session
from exodrive.kernel.errors import Conflict, Forbidden, NotFound
from exodrive.kernel.ids import new_id


class EmailTaken(Conflict):
    """Somebody has an account with this address."""

    code = "email_taken"


class StaffNotFound(NotFound):
    code = "staff_not_found"


class LastOwner(Conflict):
    """Without this account nobody could open the others."""

    code = "last_owner"


class NoSecondFactor(Conflict):
    """There is none to take away."""

    code = "no_second_factor"


class NotSignedIn(Forbidden):
    """The request comes from nobody that the house knows."""

    status = 401
    code = "not_signed_in"


def add_user(email: str, name: str, password: str, role: Role | str, *, by: Actor = SYSTEM) -> StaffUser:
    """Make an account. Needs an app context.

    Raises EmailTaken, the refusals of `passwords.check`, ValueError for no role.
    """
    user = StaffUser(
        id=new_id(),
        email=email.strip().lower(),
        name=name.strip(),
        role=Role(role),
        password=_hashed(password, about=(name, email)),
        active=True,
        fs_uniquifier=uuid4().hex,
        created_at=clock.now(),
        login_count=0,
    )
    session().add(user)
    flush({"staff_users_email_key": EmailTaken()})
    audit.record("staff.added", subject=("staff", user.id), by=by, at=clock.now(), role=user.role)
    return user


def everybody() -> list[StaffUser]:
    """All accounts, those that may sign in first."""
    return list(session().scalars(select(StaffUser).order_by(StaffUser.active.desc(), StaffUser.name)))


def by_id(user_id: UUID) -> StaffUser:
    """Raises StaffNotFound."""
    user = session().get(StaffUser, user_id)
    if user is None:
        raise StaffNotFound
    return user


def set_password(user_id: UUID, password: str, *, by: Actor, at: datetime) -> None:
    """Give somebody another password; their sessions end. Raises what `passwords.check` raises."""
    user = _locked(user_id)
    user.password = _hashed(password, about=(user.name, user.email))
    _note(user, "staff.password_set", by=by, at=at)
    _end_sessions(user)


def deactivate(user_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Close an account: its sessions end at once. Harmless when repeated. Raises LastOwner."""
    user = _locked(user_id)
    if user.active and user.role == Role.OWNER and _other_owners(user) == 0:
        raise LastOwner
    if user.active:
        user.active = False
        _note(user, "staff.deactivated", by=by, at=at, reason=reason)
        _end_sessions(user)


def activate(user_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Open a closed account again. Harmless when repeated."""
    user = _locked(user_id)
    if not user.active:
        user.active = True
        _note(user, "staff.activated", by=by, at=at, reason=reason)


def reset_second_factor(user_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """For a lost telephone: no code is asked for until a new one is set up. Raises NoSecondFactor.

    Their sessions end, since whoever has the telephone may have one.
    """
    user = _locked(user_id)
    if not user.has_second_factor:
        raise NoSecondFactor
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
    _note(user, "staff.second_factor_reset", by=by, at=at, reason=reason)
    _end_sessions(user)


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


def own_sessions() -> list[StaffSession]:
    """Where whoever acts on this request is signed in, this session first."""
    user = current()
    if user is None:
        raise NotSignedIn
    here = security.this_session()
    found = sessions.open_ones(user.id, at=clock.real_now())
    return sorted(found, key=lambda row: row.id != here)


def end_other_sessions() -> None:
    """Sign whoever acts on this request out everywhere else. Harmless when repeated. Raises NotSignedIn."""
    user, here = current(), security.this_session()
    if user is None or here is None:
        raise NotSignedIn
    sessions.end_others(user.id, but=here, at=clock.real_now())
    _note(user, "staff.other_sessions_ended", by=security.actor(user), at=clock.now())


def _locked(user_id: UUID) -> StaffUser:
    """The account as it is now, for changing it. Owners go first, so that two cannot close each other."""
    session().execute(
        select(StaffUser.id).where(StaffUser.role == Role.OWNER).order_by(StaffUser.id).with_for_update()
    )
    user = session().get(StaffUser, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise StaffNotFound
    return user


def _other_owners(user: StaffUser) -> int:
    others = (StaffUser.role == Role.OWNER, StaffUser.active, StaffUser.id != user.id)
    return session().scalar(select(func.count()).select_from(StaffUser).where(*others)) or 0


def _end_sessions(user: StaffUser) -> None:
    user.fs_uniquifier = uuid4().hex
    sessions.end_all(user.id, at=clock.real_now())


def _hashed(password: str, *, about: tuple[str, ...]) -> str:
    plain = normalize("NFKD", password)  # as Flask-Security reads what is typed at sign-in
    passwords.check(plain, about=about)
    hashed: str = hash_password(plain)
    return hashed


def _note(user: StaffUser, action: str, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    audit.record(action, subject=("staff", user.id), by=by, at=at, reason=reason)
