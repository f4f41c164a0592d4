"""The demo house, its workers in this thread, and the simulators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from exodrive.config import Settings
from exodrive.kernel.db import db
from exodrive.local import demo
from exodrive.providers import factory
from tests.conftest import Simulators


@pytest.fixture
def house(app: Flask, settings: Settings, simulators: Simulators) -> Iterator[Flask]:
    """Inside the app's context, with the demo house and the real clients of the simulators."""
    factory.configure(settings)
    with app.app_context():
        demo.ensure_house()
        yield app
        db.session.remove()
