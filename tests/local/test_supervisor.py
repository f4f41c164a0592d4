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
STUBBORN = (
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)\n{FOREVER}"
)
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n{FOREVER}"


def python(name: str, code: str, **options: object) -> Program:
    return Program(name, (sys.executable, "-c", code), os.environ, **options)  # type: ignore[arg-type]


def test_lines_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    code = supervisor.run(python("teller", "print('one'); print('two')"))
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.partition(" ")[2] for line in lines] == ["teller       | one", "teller       | two"]


def test_small_talk_is_not_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    Supervisor().run(python("teller", "print('LOG: fine'); print('FATAL: not fine')", chatter=(b"LOG:",)))
    assert "fine" in capsys.readouterr().out.replace("LOG: fine", "")


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


def test_stopping_ends_the_deaf_and_those_they_started() -> None:
    supervisor = Supervisor()
    deaf = supervisor.start(python("deaf", STUBBORN, grace=0.5))
    parent = supervisor.start(python("parent", PARENT))
    time.sleep(0.5)
    supervisor.stop()
    assert deaf.returncode == -9
    assert parent.returncode is not None
    assert not _alive_in_session(deaf.pid)
    assert not _alive_in_session(parent.pid)


def test_layers_are_stopped_in_order() -> None:
    supervisor = Supervisor()
    told = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(time.sleep(0.2)))\n"
    server = supervisor.start(python("server", told + FOREVER))
    client = supervisor.start(python("client", told + FOREVER))
    time.sleep(0.3)
    ends: dict[str, float] = {}
    supervisor.stop((frozenset({"server"}),))
    ends = {"client": client.returncode, "server": server.returncode}
    assert ends == {"client": 0, "server": 0}


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
    time.sleep(0.2)
    assert leftovers.end_all(tmp_path) == 1
    assert left.wait(5) == -15
    assert stranger.poll() is None
    other.stop()


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
