"""API tokens: made at the desk, shown once, known by their hash, and never reaching beyond their maker.

All times here are real time: the sandbox's clock, moved to see money age, must not end a program's access.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from exodrive.accounts import roles, scopes, security
from exodrive.accounts.models import ApiToken, StaffUser
from exodrive.accounts.scopes import Kind, Scope
from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import flush, session
from exodrive.kernel.errors import Conflict, Forbidden, NotFound, Refused
from exodrive.kernel.ids import hash_secret, new_id, new_secret

# So that a secret left in a file is known for what it is, by people and by programs that look for such.
PREFIX = {Kind.STAFF: "exodrive_staff_", Kind.PARTNER: "exodrive_partner_"}
LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 60
# Knowing the day of the last use is enough, and a write with every call would be too much.
USED_TO_WITHIN = timedelta(minutes=15)


class TokenNotFound(NotFound):
    code = "token_not_found"


class TokenNameTaken(Conflict):
    """A living token has this name: in the audit trail the two could not be told apart."""

    code = "token_name_taken"


class ScopeBeyondRole(Forbidden):
    """The maker may not do what the token would. `scopes` are those that are too much."""

    code = "scope_beyond_role"

    def __init__(self, beyond: list[Scope]) -> None:
        super().__init__(", ".join(beyond))
        self.scopes = beyond


class TokenUnusable(Refused):
    """No name, no scope, one of another kind, or a life that is over or too long. `field` says which."""

    code = "token_unusable"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def create(
    name: str,
    *,
    kind: Kind,
    granted: Collection[Scope],
    expires_at: datetime,
    by: StaffUser,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token; returns it with its secret, which is known only now.

    Raises TokenUnusable, ScopeBeyondRole or TokenNameTaken.
    """
    name = " ".join(name.split())
    _check(name, kind=kind, granted=granted, life=expires_at - at)
    beyond = scopes.beyond(granted, by.role)
    if beyond:
        raise ScopeBeyondRole(beyond)
    secret = PREFIX[kind] + new_secret()
    token = ApiToken(
        id=new_id(),
        name=name,
        kind=kind,
        scopes=[scope.value for scope in Scope if scope in granted],
        maker=by,
        maker_role=by.role,
        secret_hash=hash_secret(secret),
        created_at=at,
        expires_at=expires_at,
    )
    session().add(token)
    flush({"api_tokens_name_key": TokenNameTaken()})
    _audit("token.created", token, by=security.actor(by), at=at, kind=kind, scopes=token.scopes)
    return token, secret


def find(secret: str, *, at: datetime) -> ApiToken | None:
    """The token with this secret, and its maker; None for a wrong, expired or revoked one alike.

    So it is where its maker was deactivated, or lost the role that the token was made under.
    """
    digest = hash_secret(secret)
    token = session().scalar(
        select(ApiToken).where(ApiToken.secret_hash == digest).options(joinedload(ApiToken.maker))
    )
    if token is None or not hmac.compare_digest(token.secret_hash, digest) or not works(token, at=at):
        return None
    if token.used_at is None or token.used_at + USED_TO_WITHIN <= at:
        _used(token, at=at)
    return token


def works(token: ApiToken, *, at: datetime) -> bool:
    """Whether a token opens anything now."""
    maker = token.maker
    return (
        token.revoked_at is None
        and at < token.expires_at
        and maker.active
        and roles.reaches(maker.role, token.maker_role)
    )


def revoke(token_id: UUID, *, by: Actor, at: datetime) -> ApiToken:
    """End a token at once; normal twice. Raises TokenNotFound."""
    token = session().scalar(select(ApiToken).where(ApiToken.id == token_id).with_for_update())
    if token is None:
        raise TokenNotFound(str(token_id))
    if token.revoked_at is None:
        token.revoked_at = at
        _audit("token.revoked", token, by=by, at=at)
    return token


def one(token_id: UUID) -> ApiToken:
    """A token with its maker. Raises TokenNotFound."""
    token = session().scalar(
        select(ApiToken).where(ApiToken.id == token_id).options(joinedload(ApiToken.maker))
    )
    if token is None:
        raise TokenNotFound(str(token_id))
    return token


def listing() -> list[ApiToken]:
    """All tokens with their makers, newest first; ended ones too, since the audit trail names them."""
    return list(
        session().scalars(select(ApiToken).options(joinedload(ApiToken.maker)).order_by(ApiToken.id.desc()))
    )


def _check(name: str, *, kind: Kind, granted: Collection[Scope], life: timedelta) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise TokenUnusable("name")
    if not granted or not set(granted) <= set(scopes.of_kind(kind)):
        raise TokenUnusable("scopes")
    if not timedelta() < life <= LONGEST_LIFE:
        raise TokenUnusable("expires_at")


def _used(token: ApiToken, *, at: datetime) -> None:
    """Note the use, but never wait for another request that is noting it too."""
    stale = (
        select(ApiToken.id)
        .where(
            ApiToken.id == token.id,
            or_(ApiToken.used_at.is_(None), ApiToken.used_at <= at - USED_TO_WITHIN),
        )
        .with_for_update(skip_locked=True)
    )
    session().execute(
        update(ApiToken)
        .where(ApiToken.id.in_(stale))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


def _audit(action: str, token: ApiToken, **how: Any) -> None:
    audit.record(action, subject=("api_token", token.id), name=token.name, **how)
