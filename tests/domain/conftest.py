"""`app`, with its context pushed: domain tests read and write outside of any request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from exodrive.kernel.db import db


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        db.session.rollback()
