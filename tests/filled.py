"""A demo house with many bookings in a database of its own, for tests that only read it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from flask import Flask

from exodrive import config
from exodrive.app import create_app
from exodrive.kernel.db import db
from exodrive.local import demo
from tests.servers import Servers


@contextlib.contextmanager
def house(servers: Servers, *, database: str, worker: int, bookings: int) -> Iterator[Flask]:
    """The app of such a house; the database is made anew and named after xdist's worker."""
    url = servers.database(f"{database}_{worker}")
    app = create_app(config.load(servers.environment(url, worker=worker, PUBLIC_URL="http://localhost")))
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with app.app_context():
        try:
            demo.ensure_house()
            demo.add_bookings(bookings)
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
