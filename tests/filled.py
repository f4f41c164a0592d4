"""A demo house with many bookings in a database of its own, for tests that only read it."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from exodrive import config
from exodrive.app import create_app
from exodrive.kernel.db import db
from exodrive.local import demo
from exodrive.local.demo import SignIn
from tests import hashing
from tests.servers import Servers


@dataclass(frozen=True, slots=True)
class FilledHouse:
    app: Flask
    owner: SignIn


@contextlib.contextmanager
def house(servers: Servers, *, database: str, worker: int, bookings: int) -> Iterator[FilledHouse]:
    """Inside the app's context of such a house; the database is made anew, one for each worker of xdist."""
    name = f"{database}_{worker}"
    servers.database(name)
    with _open(servers, name, worker=worker) as app:
        yield FilledHouse(app, _fill(bookings))


@contextlib.contextmanager
def shared_house(
    servers: Servers, *, database: str, worker: int, bookings: int, rest: Callable[[], None]
) -> Iterator[FilledHouse]:
    """The same, in one database for all workers: the first one fills it, and adds the `rest` to it."""
    sign_in = Path(servers.folder) / f"{database}.json"
    with (Path(servers.folder) / f"{database}.lock").open("a") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        if not sign_in.exists():
            servers.database(database)
            with _open(servers, database, worker=worker):
                owner = _fill(bookings)
                rest()
            sign_in.write_text(json.dumps(owner))
    with _open(servers, database, worker=worker) as app:
        yield FilledHouse(app, SignIn(*json.loads(sign_in.read_text())))


@contextlib.contextmanager
def _open(servers: Servers, database: str, *, worker: int) -> Iterator[Flask]:
    url = servers.postgres.url(database)
    app = create_app(config.load(servers.environment(url, worker=worker, PUBLIC_URL="http://localhost")))
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    hashing.spare(app)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _fill(bookings: int) -> SignIn:
    owner = demo.ensure_house()
    assert owner is not None
    demo.add_bookings(bookings)
    return owner
