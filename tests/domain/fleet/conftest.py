"""The demo house, and one of its cars to photograph."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.local import demo
from tests.audited import assert_no_breach


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    with transaction():
        demo.furnish(at=clock.now())
    yield app
    db.session.remove()
    assert_no_breach(app)


@pytest.fixture
def car(house: Flask) -> Car:
    with transaction():
        return fleet.any_car("aurelia-gt")
