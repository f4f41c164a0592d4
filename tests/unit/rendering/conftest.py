"""Words without a database, and the rows of a rental for what is written from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from tests.unit.rendering import rows


@pytest.fixture
def words() -> Iterator[Flask]:
    """An app's context with translations: no database, no request."""
    app = Flask("tests")
    Babel(app, default_locale="en_US")
    with app.app_context():
        yield app


@pytest.fixture
def rental(rolled_back: Flask) -> rows.Rental:
    """A booking of a rental with everything in it."""
    return rows.rental()
