"""PostgreSQL and Valkey for one run of the tests: started once, shared by all workers of xdist.

The first process (xdist's controller, or the only one) starts them; workers get the addresses handed down.
Each worker then has a database of its own, copied from a template that the real migrations made.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from exodrive.local import postgres, programs, valkey
from exodrive.local.postgres import Postgres
from exodrive.local.programs import Program

TEMPLATE = "template_exodrive"
PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are. `folder` is thrown away at the end of the run."""

    folder: str
    redis_url: str

    @property
    def postgres(self) -> Postgres:
        return postgres.Postgres(Path(self.folder) / "postgres", None, postgres.FORGETFUL)

    def handed_down(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_controller(cls, text: str) -> Servers:
        return cls(**json.loads(text))

    def redis_database(self, number: int) -> str:
        """The address of one of Valkey's sixteen databases."""
        return f"{self.redis_url.rpartition('/')[0]}/{number % 16}"

    def database(self, name: str) -> str:
        """The address of an empty, migrated database of that name, made anew."""
        with self._only_one():
            self.postgres.ensure_database(TEMPLATE)
            _migrate(self.environment(self.postgres.url(TEMPLATE)))
            self.postgres.drop_database(name)
            self.postgres.ensure_database(name, template=TEMPLATE)
        return self.postgres.url(name)

    def environment(self, database_url: str, *, worker: int = 0, **more: str) -> dict[str, str]:
        """The settings of a sandbox on these servers."""
        return {
            "EXODRIVE_SANDBOX": "1",
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_database(worker),
            "STORAGE_URL": f"file://{self.folder}/storage-{worker}",
            "LOG_LEVEL": "WARNING",
            **more,
        }

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        """Copying a template wants nobody else at it."""
        with (Path(self.folder) / "lock").open("a") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def running() -> Iterator[Servers]:
    """Start both servers, and stop them and throw everything away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="exodrive-tests-"))
    started: list[tuple[subprocess.Popen[bytes], Program]] = []
    try:
        database = postgres.prepare(folder / "postgres", options=postgres.FORGETFUL)
        store = valkey.prepare(folder / "valkey", keep_data=False)
        for server in (database, store):
            program = server.program(os.environ)
            process = programs.start(program, output=subprocess.DEVNULL)
            started.append((process, program))
            server.wait(process)
        yield Servers(str(folder), store.url)
    finally:
        for process, program in started:
            programs.stop(process, program)
        shutil.rmtree(folder, ignore_errors=True)


def crash(database: subprocess.Popen[bytes]) -> None:
    """Kill a PostgreSQL in the midst of it, and wait until the last of its processes is gone.

    They notice by themselves, each in a session of its own: until then one may still answer, and no other
    server can start on the same data.
    """
    others = [pid for pid, (_, parent) in _processes().items() if parent == database.pid]
    programs.end(database)
    database.wait()
    deadline = time.monotonic() + PATIENCE
    while alive := {pid for pid, (state, _) in _processes().items() if pid in others and state != "Z"}:
        assert time.monotonic() < deadline, f"{alive} have outlived their server"
        time.sleep(0.02)


def _processes() -> dict[int, tuple[str, int]]:
    """The state of every process of this machine, and whose child it is."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
            found[int(file.parent.name)] = (state, int(parent))
    return found


def _migrate(settings: Mapping[str, str]) -> None:
    """Bring the template up to date by the command that a house uses; the second time does nothing."""
    marker = Path(settings["STORAGE_URL"].removeprefix("file://")).with_name("migrated")
    if marker.exists():
        return
    subprocess.run(
        [sys.executable, "-m", "exodrive.cli", "migrate"], env={**os.environ, **settings}, check=True
    )
    marker.touch()
