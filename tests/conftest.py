"""Parts that every test may use: real servers, the real app, a clock that stands still.

A test asks for what it needs and states only what matters to it:

- `app`: the app on a migrated database that is emptied after the test. For web, task and race tests.
- `rolled_back`: inside the app's context and one transaction that is never committed. For domain tests.
- `client`: a visitor's browser without cookies; it fails a test whose request leaves writes uncommitted.
- `simulators`: the providers' simulators, a program of its own, spoken to over HTTP.
- `live_house`: the whole house with all its processes, open on a port. For journeys.
- `frozen`: holds business time still at a moment, `frozen(at)`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as examples

from exodrive import config
from exodrive.availability import occupancies
from exodrive.kernel import circuits as kernel_circuits
from exodrive.kernel import clock
from exodrive.kernel.db import db
from exodrive.local import ports, programs
from exodrive.local.programs import Program
from tests import circuits, emptied, hashing, live, localhost_only, unfinished_work, unmeasured
from tests.live import LiveHouse
from tests.providers import faulty
from tests.providers.faulty import Faulty
from tests.servers import Servers, running

SERVERS_KEY = "exodrive_servers"
_started = pytest.StashKey[tuple[contextlib.ExitStack, Servers]]()

# A busy machine makes examples slowly; that is no fault of what is tested.
examples.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("patient")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In xdist's controller, before each worker starts."""
    node.workerinput[SERVERS_KEY] = _servers(node.config).handed_down()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Fixtures included, since it is they that start the processes of a house."""
    with unmeasured.paused() if unmeasured.holds(item.path) else contextlib.nullcontext():
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    started = config.stash.get(_started, None)
    if started is not None:
        started[0].close()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """PostgreSQL and Valkey of this run."""
    handed_down = getattr(request.config, "workerinput", {}).get(SERVERS_KEY)
    return Servers.from_controller(handed_down) if handed_down else _servers(request.config)


def _servers(config: pytest.Config) -> Servers:
    if _started not in config.stash:
        stack = contextlib.ExitStack()
        config.stash[_started] = (stack, stack.enter_context(running()))
    return config.stash[_started][1]


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    """0 for the first of xdist's workers, or where there is only one process."""
    name = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session", autouse=True)
def _localhost_only() -> Iterator[None]:
    with localhost_only.enforced():
        yield


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """What the house gives up after a moment is waited for: a machine full of tests is slow, and not broken.

    A Valkey that answers after a fifth of a second would be one that is away, with other counts and circuits
    for the rest of the test; who is the last of many rivals for a car would be told to come again.
    """
    with pytest.MonkeyPatch.context() as longer:
        longer.setattr(kernel_circuits, "ANSWER_WITHIN", 5.0)
        longer.setattr(occupancies, "PATIENCE", timedelta(seconds=60))
        yield


@pytest.fixture(scope="session")
def settings(servers: Servers, worker_number: int, simulators_port: int) -> config.Settings:
    """A sandbox of this worker's own: database, queue, files and simulators."""
    return config.load(
        servers.environment(
            servers.database(f"tests_{worker_number}"),
            worker=worker_number,
            SIMULATORS_URL=f"http://127.0.0.1:{simulators_port}",
            PUBLIC_URL="http://localhost",
        )
    )


@pytest.fixture(scope="session")
def application(settings: config.Settings) -> Iterator[Flask]:
    """The app, made once: what a test changes in the database is undone by `app` or `rolled_back`."""
    from exodrive.app import create_app

    app = create_app(settings)
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    hashing.spare(app)
    unfinished_work.watch(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The app on an empty database; whatever the test commits is removed afterwards."""
    # Another app, or a test without Redis, may have had the circuits read elsewhere.
    kernel_circuits.use_redis(application.config["SETTINGS"].redis_url)
    yield application
    with application.app_context():
        db.session.rollback()
        with db.engine.begin() as connection:
            emptied.empty(connection)
    circuits.close(application.config["SETTINGS"].redis_url)


@pytest.fixture
def rolled_back(application: Flask) -> Iterator[Flask]:
    """The app's context in one outer transaction: commits inside it are savepoints, and all is undone."""
    with application.app_context():
        engine = db.engine
        with engine.connect() as connection, connection.begin() as outer:
            db.engines[None] = connection  # type: ignore[index, assignment, unused-ignore]
            db.session.remove()
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                yield application
            finally:
                db.session.remove()
                db.engines[None] = engine  # type: ignore[index, unused-ignore]
                db.session.session_factory.kw.pop("join_transaction_mode")
                outer.rollback()


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test, and a signed-in user with it. Not here."""


@dataclass(frozen=True, slots=True)
class Simulators:
    """The three providers on one port."""

    url: str
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="session")
def simulators_port() -> int:
    return ports.any_free()


@pytest.fixture(scope="session")
def postbox() -> Iterator[Faulty]:
    """Takes the simulators' webhooks, word for word, for a test to hand on as it likes."""
    with faulty.running() as box:
        box.says(faulty.answer(200, "{}"))
        yield box


@pytest.fixture(scope="session")
def simulators(
    simulators_port: int, postbox: Faulty, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Simulators]:
    """The simulators as `exodrive simulators` runs them; what they report goes into the postbox."""
    url = f"http://127.0.0.1:{simulators_port}"
    state = tmp_path_factory.mktemp("simulators") / "state.db"
    program = Program(
        "simulators",
        (sys.executable, "-m", "exodrive.simulators", "--port", str(simulators_port), "--state", str(state)),
        {
            **os.environ,
            "SIMULATORS_RESEND_RATE": "0",  # what a test sends in a second is its own affair
            **{
                f"SIMULATORS_WEBHOOKS_{name.upper()}": f"{postbox.url}/{name}"
                for name in ("paypal", "docuseal", "resend")
            },
        },
    )
    process = programs.start(program, output=subprocess.DEVNULL)
    try:
        wait_for(url, process)
        yield Simulators(url, process)
    finally:
        programs.stop(process, program)


def wait_for(url: str, process: subprocess.Popen[bytes], *, seconds: float = 180) -> None:
    """Wait until a server of ours answers, whatever it says."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server for {url} ended with {process.returncode}"
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def live_house(
    servers: Servers, worker_number: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveHouse]:
    """One for all tests of this worker: what one test books is there for the next."""
    folder = tmp_path_factory.mktemp("house")
    with live.house(servers, folder, database=f"house_{worker_number}") as house:
        yield house


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where a Chromium is; an empty string leaves the choice to Playwright, which may have its own."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), "")


@pytest.fixture
def frozen() -> Iterator[Callable[[datetime], None]]:
    """Call it with an aware time: business time stands still there until it is called again."""
    with contextlib.ExitStack() as stack:

        def freeze(at: datetime) -> None:
            stack.enter_context(clock.frozen(at))

        yield freeze


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder with the Procfile, for tests that look at the project's own files."""
    return Path(__file__).resolve().parent.parent
