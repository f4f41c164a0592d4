"""The servers and programs of a measurement, in a folder that is thrown away, or kept where one is named."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from honcho import environ as procfiles

from exodrive.local import ports, postgres, programs, surroundings, valkey
from exodrive.local.programs import Program

READY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the servers are. `environment` is a sandbox's; nobody answers at its providers' addresses."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> None:
        """One of the project's commands, to its end."""
        subprocess.run([sys.executable, "-m", "exodrive.cli", *command], env=self.environment, check=True)

    @contextlib.contextmanager
    def program(self, name: str, *command: str) -> Iterator[None]:
        """A program that runs as long as the block; what it says goes to a file in the folder."""
        program = Program(name, command, self.environment)
        with (self.folder / f"{name}.log").open("ab") as log:
            process = programs.start(program, output=log.fileno())
        try:
            yield
        finally:
            programs.stop(process, program)

    def procfile(self, name: str) -> tuple[str, ...]:
        """The command of one of the Procfile's processes."""
        lines = procfiles.parse_procfile((surroundings.root() / "Procfile").read_text()).processes
        return Program.from_shell(name, lines[name], self.environment).command

    def wait_for(self, address: str) -> None:
        deadline = time.monotonic() + READY
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
            except urllib.error.HTTPError as answer:
                answer.close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return


@contextlib.contextmanager
def prepared(*, kept: Path | None = None) -> Iterator[Ground]:
    """PostgreSQL and Valkey with the schema and the demo house in it. `kept` is a folder that stays."""
    folder = kept or Path(tempfile.mkdtemp(prefix="exodrive-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if kept is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = postgres.prepare(folder / "postgres")
        store = valkey.prepare(folder / "valkey", keep_data=False)
        for server in (database, store):
            program = server.program(os.environ)
            process = programs.start(program, output=subprocess.DEVNULL)
            stack.callback(programs.stop, process, program)
            server.wait(process)
        database.ensure_database("exodrive")
        environment = surroundings.complete(
            {
                **os.environ,
                "EXODRIVE_VAR": str(folder),
                "EXODRIVE_SANDBOX": "1",
                "SIMULATORS_URL": f"http://127.0.0.1:{ports.any_free()}",
                "DATABASE_URL": database.url("exodrive"),
                "REDIS_URL": store.url,
                "STORAGE_URL": f"file://{folder}/storage",
                "PORT": str(ports.any_free()),
                "LOG_LEVEL": "WARNING",
            },
            notes=[],
        )
        ground = Ground(folder, environment)
        ground.run("prepare")
        yield ground


@contextlib.contextmanager
def stopped_politely() -> Iterator[None]:
    """SIGTERM leaves the block as Ctrl-C does, so that no server is left behind."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
