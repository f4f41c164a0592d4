"""A furnished house that does not run, and the command `exodrive` in its folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from exodrive.cli import main
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.local import demo
from tests.servers import Servers

Command = Callable[..., Result]


@pytest.fixture
def apart() -> Iterator[Path]:
    """A folder for PostgreSQL, outside of pytest's own: each run of pytest that begins closes those anew.

    A server that root starts runs under an account of its own, which then could not come there any more.
    """
    folder = Path(tempfile.mkdtemp(prefix="exodrive-apart-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        with transaction():
            demo.furnish(at=clock.now())
        yield app
        db.session.remove()


@pytest.fixture
def command(
    house: Flask, servers: Servers, settings: Settings, tmp_path: Path, worker_number: int
) -> Iterator[Command]:
    """Call it with the words that are typed after `exodrive`."""
    before, enabled = dict(os.environ), limiter.enabled
    environment = servers.environment(
        settings.database_url,
        worker=worker_number,
        SIMULATORS_URL=settings.paypal.base_url.removesuffix("/paypal"),
        PUBLIC_URL=settings.public_url,
        EXODRIVE_VAR=str(tmp_path),
    )

    def run(*words: str) -> Result:
        db.session.remove()
        return CliRunner().invoke(main, list(words), env=environment)

    yield run
    os.environ.clear()
    os.environ.update(before)
    limiter.enabled = enabled
