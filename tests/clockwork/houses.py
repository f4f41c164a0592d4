"""An app on a database of its own for one half year."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from flask import Flask

from exodrive import config
from exodrive.app import create_app
from exodrive.kernel.db import db
from tests import hashing
from tests.audited import assert_no_breach
from tests.clockwork import year
from tests.clockwork.outcome import Outcome
from tests.servers import Servers


@contextlib.contextmanager
def empty(servers: Servers, *, database: str, worker: int) -> Iterator[Flask]:
    """Inside the context of an app whose database is empty and migrated."""
    environment = servers.environment(
        servers.database(database), worker=worker, PUBLIC_URL="http://localhost"
    )
    app = create_app(config.load(environment))
    hashing.spare(app)
    with app.app_context():
        db.engine.pool._pre_ping = False  # nobody restarts this database, and there are millions of turns
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def lived(address: str, bookings: int, number: int, seed: int) -> Outcome:
    """One house's half year and its audit, in a process of its own; `address` is of the servers."""
    with empty(Servers.from_controller(address), database=f"clockwork_{number}", worker=number) as app:
        found = year.lived(
            bookings, seed=seed, say=lambda words: print(f"house {number}: {words}", flush=True)
        )
        assert_no_breach(app)
        return found
