"""API tokens: what a secret opens, for how long, and never more than its maker may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from exodrive.accounts import scopes, security, staff, tokens
from exodrive.accounts.models import ApiToken, StaffUser
from exodrive.accounts.roles import Role
from exodrive.accounts.scopes import Kind, Scope
from exodrive.kernel import audit
from exodrive.kernel.actors import ActorKind
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction

NOW = datetime(2027, 2, 22, 17, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def manager(rolled_back: Flask) -> StaffUser:
    with transaction():
        return person(Role.MANAGER)


def person(role: Role) -> StaffUser:
    return staff.add_user(f"{role}@house.example", f"Mo {role}", "correct horse battery", role)


def make(
    by: StaffUser, *granted: Scope, name: str = "Nightly export", kind: Kind = Kind.STAFF, life: int = 30
) -> tuple[ApiToken, str]:
    with transaction():
        return tokens.create(
            name,
            kind=kind,
            granted=granted or (Scope.BOOKINGS_READ,),
            expires_at=NOW + timedelta(days=life),
            by=by,
            at=NOW,
        )


def test_a_secret_finds_its_token_and_only_its_hash_is_kept(manager: StaffUser) -> None:
    token, secret = make(manager, Scope.BOOKINGS_WRITE, Scope.BOOKINGS_READ)
    assert secret.startswith("exodrive_staff_")
    assert len(secret) > 50
    found = tokens.find(secret, at=NOW)
    assert found is token
    assert found.scopes == ["bookings:read", "bookings:write"]
    row = session().execute(text("SELECT to_jsonb(t)::text FROM api_tokens t")).scalar_one()
    assert secret.removeprefix("exodrive_staff_") not in row


@pytest.mark.parametrize("wrong", ["", "exodrive_staff_", "x" * 10_000, "exodrive_staff_é", "\x00"])
def test_a_wrong_secret_finds_nothing(manager: StaffUser, wrong: str) -> None:
    make(manager)
    assert tokens.find(wrong, at=NOW) is None


def test_a_token_ends_with_its_time(manager: StaffUser) -> None:
    _, secret = make(manager, life=30)
    assert tokens.find(secret, at=LATER - timedelta(seconds=1)) is not None
    assert tokens.find(secret, at=LATER) is None


def test_a_revoked_token_is_dead_at_once_and_for_good(manager: StaffUser) -> None:
    token, secret = make(manager)
    with transaction():
        tokens.revoke(token.id, by=security.actor(manager), at=NOW)
        tokens.revoke(token.id, by=security.actor(manager), at=LATER)
    assert tokens.find(secret, at=NOW) is None
    assert token.revoked_at == NOW
    with pytest.raises(tokens.TokenNotFound):
        tokens.revoke(manager.id, by=security.actor(manager), at=NOW)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_a_maker_who_is_less_now_takes_the_token_along(manager: StaffUser, role: Role) -> None:
    _, secret = make(manager)
    manager.role = role
    session().flush()
    assert tokens.find(secret, at=NOW) is None
    manager.role = Role.OWNER
    session().flush()
    assert tokens.find(secret, at=NOW) is not None


def test_a_maker_who_left_takes_the_token_along(manager: StaffUser) -> None:
    _, secret = make(manager)
    manager.active = False
    session().flush()
    assert tokens.find(secret, at=NOW) is None


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", scopes.of_kind(Kind.STAFF))
def test_nobody_gives_away_what_they_may_not_do(rolled_back: Flask, role: Role, scope: Scope) -> None:
    maker = person(role)
    if scopes.beyond([scope], role):
        with pytest.raises(tokens.ScopeBeyondRole) as refused:
            make(maker, Scope.BOOKINGS_READ, scope)
        assert refused.value.scopes == [scope]
    else:
        make(maker, scope)


def test_money_takes_a_manager(rolled_back: Flask) -> None:
    assert scopes.beyond([Scope.PAYMENTS_WRITE], Role.AGENT) == [Scope.PAYMENTS_WRITE]
    assert scopes.beyond(list(Scope), Role.MANAGER) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"life": 0}, "expires_at"),
        ({"life": 367}, "expires_at"),
        ({"kind": Kind.PARTNER}, "scopes"),
    ],
)
def test_what_no_token_can_be(manager: StaffUser, changes: dict[str, object], field: str) -> None:
    with pytest.raises(tokens.TokenUnusable) as refused:
        make(manager, **changes)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_staff_token_books_for_no_partner(manager: StaffUser) -> None:
    with pytest.raises(tokens.TokenUnusable):
        make(manager, Scope.BOOKINGS_READ, Scope.PARTNER_BOOK)


def test_a_name_is_free_again_once_its_token_is_revoked(manager: StaffUser) -> None:
    token, _ = make(manager, name="Export")
    with pytest.raises(tokens.TokenNameTaken):
        make(manager, name=" Export ")
    with transaction():
        tokens.revoke(token.id, by=security.actor(manager), at=NOW)
    make(manager, name="Export")
    assert [row.name for row in tokens.listing()] == ["Export", "Export"]


def test_the_last_use_is_noted_coarsely(manager: StaffUser) -> None:
    token, secret = make(manager)
    for minutes, noted in [(1, 1), (5, 1), (15, 1), (16, 16), (17, 16)]:
        with transaction():
            assert tokens.find(secret, at=NOW + timedelta(minutes=minutes)) is not None
        session().expire(token)
        assert session().scalar(select(ApiToken.used_at)) == NOW + timedelta(minutes=noted)


def test_the_trail_has_who_made_and_ended_it_but_never_the_secret(manager: StaffUser) -> None:
    token, secret = make(manager, Scope.CARS_READ)
    with transaction():
        tokens.revoke(token.id, by=security.actor(manager), at=LATER)
    entries = audit.trail(token.id)
    assert [(row.action, row.actor_id) for row in entries] == [
        ("token.revoked", manager.id),
        ("token.created", manager.id),
    ]
    assert entries[1].data == {"name": "Nightly export", "kind": "staff", "scopes": ["cars:read"]}
    everything = session().scalars(select(AuditEntry)).all()
    assert not any(secret in str(row.data) for row in everything)


def test_who_acts_by_a_token_is_its_maker_through_it(manager: StaffUser) -> None:
    token, _ = make(manager)
    assert token.actor.kind is ActorKind.STAFF
    assert token.actor.name == "Mo manager (token Nightly export)"
    assert token.actor.id == manager.id
    partner, _ = make(manager, Scope.PARTNER_BOOK, kind=Kind.PARTNER, name="Travel Co")
    assert partner.actor.kind is ActorKind.PARTNER
