"""Who calls: nobody known, the holder of a booking's key, a partner's program or the staff's.

A caller shows `Authorization: Bearer ...`. Cookies are never looked at: a browser sends them by itself, and a
page of somebody else could make it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import current_app, request
from sqlalchemy import select

from exodrive.accounts import scopes, tokens
from exodrive.accounts.scopes import Scope
from exodrive.blueprints import access
from exodrive.blueprints.api.refusals import CredentialsMissing, CredentialsRefused, OutOfScope
from exodrive.bookings import links
from exodrive.bookings.links import LinkUnknown
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound

SCHEME = "bearer"


class CallerKind(StrEnum):
    VISITOR = "visitor"
    BOOKING = "booking"
    PARTNER = "partner"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent the request. `id` is the booking's or the token's; `mark` tells callers apart."""

    kind: CallerKind
    mark: str
    id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    actor: Actor = CUSTOMER


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an operation: anybody, whoever holds the booking's key, a token with this scope."""

    anybody: bool = False
    booking_key: bool = False
    scope: Scope | None = None


RULES: dict[str, Rule] = {
    access.API_PUBLIC: Rule(anybody=True),
    access.API_BOOK: Rule(anybody=True, scope=Scope.PARTNER_BOOK),
    access.API_OWN_READ: Rule(booking_key=True, scope=Scope.PARTNER_READ),
    access.API_OWN_WRITE: Rule(booking_key=True, scope=Scope.PARTNER_BOOK),
    **{access.api_scope(scope): Rule(scope=scope) for scope in scopes.of_kind(scopes.Kind.STAFF)},
}


def of_request() -> Caller:
    """Who it is, inside a transaction. Raises CredentialsRefused where somebody claims what is not so."""
    header = request.headers.get("Authorization")
    if header is None:
        return visitor()
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != SCHEME or not secret:
        raise CredentialsRefused
    token = tokens.find(secret, at=clock.real_now())
    if token is not None:
        return Caller(
            kind=CallerKind(token.kind),
            mark=f"token:{token.id}",
            id=token.id,
            scopes=frozenset(token.scopes),
            actor=token.actor,
        )
    try:
        booking_id = links.booking_id(secret, at=clock.now())
    except LinkUnknown as error:
        raise CredentialsRefused from error
    return Caller(kind=CallerKind.BOOKING, mark=f"booking:{booking_id}", id=booking_id)


def visitor() -> Caller:
    """Somebody without credentials, known by an address that is not kept as it is."""
    address = (request.remote_addr or "").encode()
    digest = hmac.new(current_app.config["SECRET_KEY"].encode(), b"api-visitor|" + address, hashlib.sha256)
    return Caller(kind=CallerKind.VISITOR, mark=f"visitor:{digest.hexdigest()[:32]}")


def admit(caller: Caller, rule: Rule) -> None:
    """Raises CredentialsMissing, or OutOfScope for good credentials that do not reach this far."""
    if caller.kind is CallerKind.VISITOR:
        if not rule.anybody:
            raise CredentialsMissing
    elif caller.kind is CallerKind.BOOKING:
        if not (rule.anybody or rule.booking_key):
            raise OutOfScope(rule.scope)
    elif rule.scope is not None and rule.scope not in caller.scopes:
        raise OutOfScope(rule.scope)


def decides(caller: Caller) -> bool:
    """Whether a program may do what the desk keeps for managers: see `access.IN_PART`."""
    return Scope.BOOKINGS_MANAGE in caller.scopes


def check_decides(caller: Caller) -> None:
    """Raises OutOfScope."""
    if not decides(caller):
        raise OutOfScope(Scope.BOOKINGS_MANAGE)


def check_own(caller: Caller, booking_id: UUID | None, *, missing: type[NotFound]) -> None:
    """Raises `missing` for another's booking, as for one that never was."""
    if booking_id is None:
        raise missing
    if caller.kind is CallerKind.BOOKING:
        own = caller.id == booking_id
    else:
        maker = session().scalar(select(Booking.api_token_id).where(Booking.id == booking_id))
        own = caller.kind is CallerKind.PARTNER and maker is not None and maker == caller.id
    if not own:
        raise missing(str(booking_id))
