"""The schema and the demo house, brought about inside the app."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import flask_migrate

from exodrive import config
from exodrive.app import create_app
from exodrive.local import demo

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@contextlib.contextmanager
def application() -> Iterator[None]:
    """The app's context, for work outside any request."""
    with create_app().app_context():
        yield


def migrate() -> None:
    """Bring the schema up to date."""
    flask_migrate.upgrade(directory=str(MIGRATIONS))


def furnish() -> None:
    """Set up the demo house unless there is a house, and leave its sign-in for `up` to show."""
    sign_in = demo.ensure_house()
    if sign_in is None:
        return
    file = config.folder() / "sign-in.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"email": sign_in.email, "password": sign_in.password}))


def fill(bookings: int) -> None:
    """Add that many past and coming bookings to the demo house."""
    if bookings:
        demo.add_bookings(bookings)
