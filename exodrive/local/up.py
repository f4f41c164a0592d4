"""`exodrive up`: the whole house on this machine, from an empty folder or from where it was left."""

from __future__ import annotations

import contextlib
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from honcho import environ as procfiles

from exodrive import config
from exodrive.local import leftovers, panel, servers, surroundings
from exodrive.local.account import AccountProblem
from exodrive.local.leftovers import AlreadyRunning
from exodrive.local.ports import NoFreePort
from exodrive.local.postgres import PostgresDown
from exodrive.local.programs import Program
from exodrive.local.supervisor import Ended, StopAsked, Supervisor, stop_on_signals
from exodrive.local.valkey import ValkeyDown

READY_LIMIT = 60  # seconds until the first page must answer
OBSTACLES = (AccountProblem, NoFreePort, PostgresDown, ValkeyDown, config.BadSettings)


class Fell(Exception):
    """A program ended that should not have."""

    def __init__(self, ended: Ended) -> None:
        self.ended = ended
        super().__init__(f"{ended.name} ended ({ended.how})")


def up() -> int:
    """Run until interrupted (0) or until one program ends by itself (1)."""
    folder = config.folder()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with leftovers.only_one(folder), stop_on_signals():
            return _run(folder)
    except AlreadyRunning:
        address = surroundings.of_running_house().get("PUBLIC_URL", "its address")
        print(f"ExoDrive already runs from {folder.parent}: see {address}", file=sys.stderr)
        return 1
    except StopAsked:
        return 0  # asked to stop before anything was started


def _run(folder: Path) -> int:
    supervisor = Supervisor()
    begun = time.monotonic()
    try:
        ended = leftovers.end_all(folder)
        if ended:
            supervisor.say(f"Ended {ended} programs that an earlier run had left behind.")
        environment = _start(supervisor, folder)
        panel.show(environment, sign_in=_sign_in(folder), seconds=time.monotonic() - begun)
        raise Fell(supervisor.watch())
    except StopAsked:
        supervisor.say("Stopping.")
        return 0
    except Fell as fell:
        supervisor.say(f"{fell}. Stopping the rest; nothing is started again behind your back.")
        return 1
    except OBSTACLES as obstacle:
        supervisor.say(str(obstacle))
        return 1
    finally:
        supervisor.stop(servers.LAYERS)
        surroundings.forget()
        supervisor.say(f"Stopped. Everything is kept in {folder}.")


def _start(supervisor: Supervisor, folder: Path) -> dict[str, str]:
    """Servers, simulators, schema and house, then the Procfile: returns once the first page answers."""
    notes: list[str] = []
    given = surroundings.given()
    environment = surroundings.complete(given, notes)
    for note in notes:
        supervisor.say(note)
    environment = servers.start(supervisor, {**environment, leftovers.MARK: str(folder)})
    config.load(environment)
    surroundings.remember(environment)
    if surroundings.starts_simulators(given):
        supervisor.start(Program("simulators", _exodrive("simulators"), environment))
    code = supervisor.run(Program("prepare", _exodrive("prepare", "--past"), environment))
    if code != 0:
        raise Fell(Ended("prepare", code))
    for name, line in _procfile().items():
        supervisor.start(Program.from_shell(name, line, environment))
    _wait_until_ready(supervisor, environment)
    return environment


def _procfile() -> Mapping[str, str]:
    processes: Mapping[str, str] = procfiles.parse_procfile(
        (surroundings.root() / "Procfile").read_text()
    ).processes
    return processes


def _exodrive(*command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "exodrive.cli", *command)


def _wait_until_ready(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Raises Fell if a program ends meanwhile; a house that is merely slow is shown all the same."""
    address = f"http://127.0.0.1:{environment['PORT']}/healthz"
    deadline = time.monotonic() + READY_LIMIT
    while time.monotonic() < deadline:
        ended = supervisor.poll()
        if ended is not None:
            raise Fell(ended)
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)


def _sign_in(folder: Path) -> tuple[str, str] | None:
    """E-mail and password of the demo house's owner, as `exodrive prepare` left them."""
    file = folder / "sign-in.json"
    if not file.exists():
        return None
    found = json.loads(file.read_text())
    return found["email"], found["password"]
