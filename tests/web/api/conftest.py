"""The demo house on a Tuesday in November, and programs that call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from exodrive.accounts import tokens
from exodrive.accounts.models import StaffUser
from exodrive.accounts.roles import Role
from exodrive.accounts.scopes import Kind, Scope, of_kind
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.local import demo
from tests.web.api.program import Program
from tests.web.customer.conftest import TUESDAY

Freeze = Callable[..., None]
MakeToken = Callable[..., str]


@pytest.fixture
def house(app: Flask, frozen: Freeze, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Inside the app's context, with the demo house, on that Tuesday, and nobody kept from asking often."""
    monkeypatch.setattr(limiter, "enabled", False)
    frozen(TUESDAY)
    with app.app_context():
        with transaction():
            demo.furnish(at=TUESDAY)
        yield app
        db.session.remove()


@pytest.fixture
def program(house: Flask) -> Program:
    """A stranger's program."""
    return Program(house)


@pytest.fixture
def owner(house: Flask) -> StaffUser:
    """Somebody who may give every scope away; who needs no password here."""
    with transaction():
        user = StaffUser(
            email="owner@house.example",
            name="Olive Owner",
            role=Role.OWNER,
            password="never used",
            active=True,
            fs_uniquifier="owner",
            created_at=clock.real_now(),
        )
        session().add(user)
    return user


@pytest.fixture
def make_token(owner: StaffUser) -> MakeToken:
    """`make_token(Kind.PARTNER, Scope.PARTNER_READ)` is a token's secret; without scopes it has all."""

    def make(kind: Kind, *scopes: Scope, name: str = "") -> str:
        at = clock.real_now()
        with transaction():
            _, secret = tokens.create(
                name or f"{kind} {len(tokens.listing())}",
                kind=kind,
                granted=scopes or of_kind(kind),
                expires_at=at + timedelta(days=30),
                by=owner,
                at=at,
            )
        return secret

    return make


@pytest.fixture
def partner(house: Flask, make_token: MakeToken) -> Program:
    """A partner's program with all that partners may do."""
    return Program(house, make_token(Kind.PARTNER))
