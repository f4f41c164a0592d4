"""The demo house on a Tuesday in November, and its customers' browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from exodrive.extensions import limiter
from exodrive.kernel.db import db, transaction
from exodrive.local import demo
from tests.web.customer.browser import Browser

# Tuesday, 24 November 2026, 10:00 at the house.
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)

Freeze = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


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
def visitor(house: Flask) -> Callable[[], Browser]:
    """`visitor()` is a browser that was never here before."""
    return lambda: Browser(house.test_client())


@pytest.fixture
def browser(visitor: Callable[[], Browser]) -> Browser:
    return visitor()
