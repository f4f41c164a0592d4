"""`exodrive up` as a person runs it: from nothing, again, after the worst, and when one process falls."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from exodrive.local import ports

pytestmark = pytest.mark.slow

PATIENCE = 300.0  # seconds until the house must be open, on a machine that is busy


class Up:
    """One run of `exodrive up` and what it wrote."""

    def __init__(self, folder: Path, port: int) -> None:
        self.output = folder / f"up-{time.monotonic_ns()}.txt"
        environment = {
            **os.environ,
            "EXODRIVE_VAR": str(folder),
            "PORT": str(port),
            "SIMULATORS_PORT": str(ports.any_free()),
        }
        for name in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL"):
            environment.pop(name, None)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "exodrive.cli", "up"],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_until_open(self) -> None:
        begun = time.monotonic()
        while "ExoDrive is open" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() - begun < PATIENCE, self.said
            time.sleep(0.05)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def folder(apart: Path) -> Iterator[Path]:
    """A data folder; nothing that was started with it outlives the test."""
    yield apart
    from exodrive.local import leftovers

    with contextlib.suppress(leftovers.AlreadyRunning):
        leftovers.end_all(apart)


def test_a_house_from_nothing_and_back_again(folder: Path) -> None:
    port = ports.any_free()
    first = Up(folder, port)
    first.wait_until_open()
    address = f"http://localhost:{port}"
    assert requests.get(f"{address}/readyz", timeout=60).status_code == 200
    sign_in = json.loads((folder / "sign-in.json").read_text())
    assert sign_in["password"] in first.said
    _keep(folder, "first")

    second = Up(folder, port)
    assert second.process.wait(PATIENCE) == 1
    assert f"already runs from {folder.parent}: see {address}" in second.said
    assert first.stop() == 0
    assert not (folder / "running.json").exists()

    again = Up(folder, port)
    again.wait_until_open()
    assert _kept(folder) == ["first"]
    again.process.kill()  # nobody is told, and nothing is put in order
    again.process.wait()

    after = Up(folder, port)
    after.wait_until_open()
    assert _kept(folder) == ["first"]
    assert f"Port {port} is taken" not in after.said
    assert after.stop() == 0


def test_when_one_process_falls_it_is_named_and_the_rest_stops(folder: Path) -> None:
    up = Up(folder, ports.any_free())
    up.wait_until_open()
    _kill(folder, "relay")
    assert up.process.wait(PATIENCE) == 1
    assert "relay ended (signal SIGKILL). Stopping the rest" in up.said
    assert "Stopped. Everything is kept" in up.said


def _database(folder: Path) -> psycopg.Connection[tuple[str]]:
    url = json.loads((folder / "running.json").read_text())["DATABASE_URL"]
    return psycopg.connect(url, autocommit=True)


def _keep(folder: Path, word: str) -> None:
    with _database(folder) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept_by_test (word text)")
        connection.execute("INSERT INTO kept_by_test VALUES (%s)", (word,))


def _kept(folder: Path) -> list[str]:
    with _database(folder) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept_by_test").fetchall()]


def _kill(folder: Path, word: str) -> None:
    """End the program of this folder that has `word` among its own."""
    mark = f"EXODRIVE_UP={folder}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0"):
                words = (process / "cmdline").read_bytes().split(b"\0")
                if word.encode() in words:
                    os.kill(int(process.name), signal.SIGKILL)
