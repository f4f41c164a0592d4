"""A house that is really open: the Procfile's processes and the simulators, on a database of its own.

For journeys and races. Each process can be stopped, killed and started while the others go on.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import requests
from honcho import environ as procfiles

from exodrive.local import ports, programs, surroundings, valkey
from exodrive.local.programs import Program
from exodrive.local.valkey import Valkey
from tests.servers import Servers

READY = 300.0  # seconds, on a machine that is busy


@dataclass(slots=True)
class LiveHouse:
    """Where the house and the simulators answer, and its processes by name."""

    url: str
    simulators_url: str
    environment: dict[str, str]
    folder: Path
    redis: Valkey
    programs: dict[str, Program] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def owner(self) -> tuple[str, str]:
        """The owner's e-mail and password."""
        found = json.loads((self.folder / "sign-in.json").read_text())
        return found["email"], found["password"]

    @property
    def log(self) -> str:
        """What all processes wrote: look here when a test fails."""
        return "\n".join(f"--- {file.stem}\n{file.read_text()}" for file in sorted(self.folder.glob("*.log")))

    def start(self, name: str) -> None:
        program = self.programs[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = programs.start(program, output=log.fileno())

    def stop(self, name: str) -> None:
        """Ask the process to stop, and wait until it has."""
        process = self.processes.pop(name, None)
        if process is not None:
            programs.stop(process, self.programs[name])
            programs.end(process)

    def kill(self, name: str) -> None:
        """End the process and those it started in the middle of what they do."""
        process = self.processes.pop(name)
        programs.end(process)
        process.wait()

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The process and those it started stand still in the middle of what they do, and then go on."""
        group = self.processes[name].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def kill_all(self) -> None:
        """Pull the plug of everything but PostgreSQL."""
        for process in self.processes.values():
            programs.end(process)
        for name in list(self.processes):
            self.kill(name)

    def start_missing(self) -> None:
        """Start what does not run, Valkey first, and wait until the house is open."""
        for name in self.programs:
            if name not in self.processes:
                self.start(name)
                if name == "valkey":
                    self.redis.wait(self.processes[name])
        self.wait_until_open()

    def wait_until_open(self) -> None:
        """Wait until the web and the simulators answer; the others need no waiting for."""
        for address in (f"{self.url}/healthz", self.simulators_url):
            self._wait_for(address)

    def _wait_for(self, address: str) -> None:
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline:
            ended = {name: process.returncode for name, process in self.processes.items() if process.poll()}
            assert not ended, f"{ended} have ended\n{self.log}"
            # A master that listens before its workers are there takes the connection and says nothing yet.
            with contextlib.suppress(requests.ConnectionError, requests.Timeout):
                requests.get(address, timeout=5)
                return
            time.sleep(0.05)
        raise AssertionError(f"{address} does not answer\n{self.log}")


@contextlib.contextmanager
def house(servers: Servers, folder: Path, *, database: str, **settings: str) -> Iterator[LiveHouse]:
    """Open a furnished house for as long as the block lasts. `database` is made anew."""
    store = valkey.prepare(folder / "valkey")
    web, simulated = ports.any_free(), ports.any_free()
    environment = surroundings.complete(
        {
            **os.environ,
            **servers.environment(servers.database(database)),
            "EXODRIVE_VAR": str(folder),
            "STORAGE_URL": f"file://{folder}/storage",
            "REDIS_URL": store.url,
            "PORT": str(web),
            "SIMULATORS_PORT": str(simulated),
            "SIMULATORS_STATE": str(folder / "simulators.db"),
            "SECRET_KEY": "only-for-tests-" * 3,
            **settings,
        },
        notes=[],
    )
    live = LiveHouse(environment["PUBLIC_URL"], environment["SIMULATORS_URL"], environment, folder, store)
    live.programs = _programs(environment, store)
    try:
        live.start("valkey")
        store.wait(live.processes["valkey"])
        subprocess.run([sys.executable, "-m", "exodrive.cli", "prepare"], env=environment, check=True)
        live.start_missing()
        yield live
    finally:
        live.kill_all()


def _programs(environment: dict[str, str], store: Valkey) -> dict[str, Program]:
    lines = procfiles.parse_procfile((surroundings.root() / "Procfile").read_text()).processes
    simulators = (sys.executable, "-m", "exodrive.simulators")
    return {
        "valkey": store.program(environment),
        "simulators": Program("simulators", simulators, environment),
        **{name: Program.from_shell(name, line, environment) for name, line in lines.items()},
    }
