"""The demo house with a member of staff for each role, and their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

import pytest
from flask import Flask

from exodrive.accounts import staff
from exodrive.accounts.roles import Role
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel import clock, sandbox_clock
from exodrive.kernel.db import db, transaction
from exodrive.local import demo
from exodrive.providers import factory
from tests import rental
from tests.conftest import Simulators
from tests.web.staff.browser import Browser

SignedIn = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


@pytest.fixture
def password(app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sets the demo house up; returns the one password of its staff, who may sign in often."""
    monkeypatch.setattr(limiter, "enabled", False)
    with app.app_context():
        made = demo.ensure_house()
        assert made is not None
        return made.password


@pytest.fixture
def house(app: Flask, password: str) -> Iterator[Flask]:
    """Inside the app's context, with the demo house: its owner, a manager and an agent."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def tuesday(house: Flask) -> Iterator[None]:
    """Business time has moved on to the next Tuesday, 11:00 at the house.

    Keys go out from Monday to Friday here, so that "two days ahead" may be four on another day of the week:
    for what depends on hours before the pick-up.
    """
    now = clock.now()
    today = now.astimezone(rental.ZONE).date()
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
    with transaction():
        sandbox_clock.move(datetime.combine(tuesday, time(11), rental.ZONE) - now)
    db.session.remove()
    yield
    clock.set_offset(timedelta())


@pytest.fixture
def rental_house(house: Flask, settings: Settings, simulators: Simulators) -> Flask:
    """The same, with the real clients of the simulators, for rentals that go on."""
    factory.configure(settings)
    return house


@pytest.fixture
def signed_in(house: Flask, password: str) -> SignedIn:
    """`signed_in("agent")` is the browser of somebody with that role."""

    def sign_in(role: str) -> Browser:
        if role == Role.VIEWER:
            with transaction():
                staff.add_user(email(role), "Vera Viewer", password, role)
        browser = Browser(house.test_client())
        answer = browser.sign_in(email(role), password)
        assert answer.status_code in (302, 303), answer.text[:500]
        return browser

    return sign_in


def email(role: str) -> str:
    """The demo house's addresses."""
    return f"{role}@exodrive.example"
