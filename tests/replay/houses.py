"""Houses side by side: each its own database and app, all before the same providers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from flask import Flask

from exodrive.app import create_app
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel.db import db
from exodrive.providers import factory
from tests.servers import Servers


@contextlib.contextmanager
def opened(
    servers: Servers, settings: Settings, name: str, *, template: str | None = None
) -> Iterator[Flask]:
    """Inside the context of a house on a database of this name: an empty one, or a copy of another."""
    if template is None:
        url = servers.database(name)
    else:
        servers.postgres.drop_database(name)
        servers.postgres.ensure_database(name, template=template)
        url = servers.postgres.url(name)
    before = limiter.enabled
    app = create_app(replace(settings, database_url=url))
    limiter.enabled = before
    factory.configure(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            servers.postgres.drop_database(name)


def copied(servers: Servers, name: str, *, to: str) -> None:
    """Keep the database of the house that is open as it is now, under another name."""
    db.session.remove()
    db.engine.dispose()  # copying wants nobody else at it
    servers.postgres.drop_database(to)
    servers.postgres.ensure_database(to, template=name)
