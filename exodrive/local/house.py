"""The schema and the demo house, brought about inside the app."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import flask_migrate

from exodrive import config
from exodrive.app import create_app
from exodrive.kernel.db import db
from exodrive.local import demo, demo_rentals, demo_reviews, surroundings


@contextlib.contextmanager
def application() -> Iterator[None]:
    """The app's context, for work outside any request; its connections are closed at the end."""
    with create_app().app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def migrate() -> None:
    """Bring the schema up to date."""
    flask_migrate.upgrade(directory=str(surroundings.migrations()))


def furnish(*, past: bool = False) -> None:
    """Set up the demo house unless there is a house, and leave its sign-in for `up` to show.

    With a `past` it has rented out before, and renters have said how it was.
    """
    sign_in = demo.ensure_house()
    if sign_in is None:
        return
    file = config.folder() / "sign-in.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"email": sign_in.email, "password": sign_in.password}))
    if past:
        demo_rentals.add()
        demo_reviews.add()


def fill(bookings: int) -> None:
    """Add that many past and coming bookings to the demo house."""
    if bookings:
        demo.add_bookings(bookings)
        demo_reviews.add()
