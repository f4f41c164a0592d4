"""The supervisor with real programs: names lines, notices ends, stops all of what it started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exodrive.local import leftovers
from exodrive.local.programs import Program
from exodrive.local.supervisor import Supervisor

FOREVER = "import time\nwhile True: time.sleep(1)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {FOREVER!r}])"
# When it is asked to stop, it takes its time, and then says that it has.
OBEDIENT = """
import signal, sys, time

def stop(*_):
    time.sleep(0.5)
    with open({ends!r}, "a") as ends:
        ends.write({name!r} + "\\n")
    sys.exit()

signal.signal(signal.SIGTERM, stop)
"""
PATIENCE = 60.0  # seconds for a program to be ready


def python(name: str, code: str, **options: object) -> Program:
    return Program(name, (sys.executable, "-c", code), os.environ, **options)  # type: ignore[arg-type]


def lasting(name: str, first: str, *, ready: Path, **options: object) -> Program:
    """A program that does something first, says so by a file, and goes on for ever."""
    code = f"{first}\nimport pathlib; pathlib.Path({str(ready)!r}).touch()\n{FOREVER}"
    return python(name, code, **options)


def wait_for(*files: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not all(file.exists() for file in files):
        assert time.monotonic() < deadline, files
        time.sleep(0.02)


def test_lines_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    code = supervisor.run(python("teller", "print('one'); print('two')"))
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.partition(" ")[2] for line in lines] == ["teller       | one", "teller       | two"]


def test_small_talk_is_not_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    Supervisor().run(python("teller", "print('LOG: fine'); print('FATAL: not fine')", chatter=(b"LOG:",)))
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("| FATAL: not fine")


def test_the_one_that_ends_is_named_with_its_code() -> None:
    supervisor = Supervisor()
    supervisor.start(python("stays", FOREVER))
    supervisor.start(python("goes", "raise SystemExit(3)"))
    ended = supervisor.watch()
    supervisor.stop()
    assert (ended.name, ended.how) == ("goes", "exit code 3")


def test_a_killed_program_is_named_with_its_signal() -> None:
    supervisor = Supervisor()
    process = supervisor.start(python("victim", FOREVER))
    process.kill()
    assert supervisor.watch().how == "signal SIGKILL"


def test_stopping_ends_the_deaf_and_those_they_started(tmp_path: Path) -> None:
    supervisor = Supervisor()
    ready = [tmp_path / "deaf", tmp_path / "parent"]
    deaf = supervisor.start(lasting("deaf", STUBBORN, ready=ready[0], grace=0.5))
    parent = supervisor.start(lasting("parent", PARENT, ready=ready[1]))
    wait_for(*ready)
    supervisor.stop()
    assert deaf.returncode == -9
    assert parent.returncode is not None
    for session in (deaf.pid, parent.pid):
        _wait_until_dead(session)


def test_layers_are_stopped_in_order(tmp_path: Path) -> None:
    supervisor = Supervisor()
    ready = [tmp_path / "server", tmp_path / "client"]
    ends = tmp_path / "ends"
    server, client = (
        supervisor.start(
            lasting(file.name, OBEDIENT.format(ends=str(ends), name=file.name), ready=file, grace=PATIENCE)
        )
        for file in ready
    )
    wait_for(*ready)
    supervisor.stop((frozenset({"server"}),))
    assert (client.returncode, server.returncode) == (0, 0)
    assert ends.read_text().split() == ["client", "server"]


def test_one_house_per_folder(tmp_path: Path) -> None:
    """A record lock belongs to the process, so the second one asks from outside."""
    ask = f"""
from pathlib import Path
from exodrive.local import leftovers
print(leftovers.is_held(Path({str(tmp_path)!r})))
"""
    with leftovers.only_one(tmp_path):
        assert _answer(ask) == "True"
    assert _answer(ask) == "False"


def test_leftovers_are_found_by_their_mark_and_ended(tmp_path: Path) -> None:
    mine, other = Supervisor(), Supervisor()
    marked = {**os.environ, leftovers.MARK: str(tmp_path)}
    left = mine.start(Program("left", (sys.executable, "-c", FOREVER), marked))
    stranger = other.start(Program("stranger", (sys.executable, "-c", FOREVER), os.environ))
    assert leftovers.end_all(tmp_path) == 1
    assert left.wait(60) == -15
    assert stranger.poll() is None
    other.stop()


def _wait_until_dead(session: int) -> None:
    """Whoever was killed is gone as soon as the machine gets round to it."""
    deadline = time.monotonic() + PATIENCE
    while alive := _alive_in_session(session):
        assert time.monotonic() < deadline, alive
        time.sleep(0.02)


def _alive_in_session(session: int) -> list[str]:
    """Processes of that session; one that has ended and that nobody has asked about yet is not alive."""
    alive = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                alive.append(path.parent.name)
    return alive


def _answer(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()
