"""The demo house: inside one transaction that is undone, or committed where connections compete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text

from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.local import demo

# A Monday noon at the house; no season or holiday is near, and no clock change for two weeks.
NOON = datetime(2027, 2, 22, 17, tzinfo=UTC)


@pytest.fixture
def at() -> Iterator[datetime]:
    """Business time stands still."""
    with clock.frozen(NOON):
        yield NOON


@pytest.fixture
def house(rolled_back: Flask, at: datetime) -> Flask:
    """Inside the app's context, with the demo house; nothing is ever committed."""
    with transaction():
        demo.furnish(at=at)
    return rolled_back


@pytest.fixture
def open_house(application: Flask, at: datetime) -> Iterator[Flask]:
    """The demo house for several connections at once; removed afterwards."""
    with application.app_context():
        with transaction():
            demo.furnish(at=at)
        yield application
        db.session.remove()
        tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
