"""One house per folder: the lock that says so, and the programs that a killed run left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "EXODRIVE_UP"  # every program of a run has this variable, with the run's data folder as its value
PATIENCE = 15  # seconds between the polite signal and the last one


class AlreadyRunning(RuntimeError):
    """Another `exodrive up` holds this folder."""


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder for this process. Raises AlreadyRunning.

    A record lock: the kernel drops it with the process, and programs started from here do not inherit it.
    """
    with (folder / "up.lock").open("a") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning from error
        yield


def is_held(folder: Path) -> bool:
    """Whether a house runs from this folder."""
    try:
        with only_one(folder):
            return False
    except AlreadyRunning:
        return True
    except FileNotFoundError:
        return False


def end_all(folder: Path) -> int:
    """End what a killed run of this folder left; returns how many programs that were."""
    found = _marked(folder)
    for number in found:
        _signal(number, signal.SIGINT if _is_postgres(number) else signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while _marked(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    for number in _marked(folder):
        _signal(number, signal.SIGKILL)
    return len(found)


def _marked(folder: Path) -> list[int]:
    mark = b"\0" + os.fsencode(f"{MARK}={folder}") + b"\0"
    return [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdecimal()
        and int(process.name) != os.getpid()
        and mark in b"\0" + _read(process / "environ")
    ]


def _read(file: Path) -> bytes:
    """Nothing, for a process of someone else or one that has just ended."""
    with contextlib.suppress(OSError):
        return file.read_bytes()
    return b""


def _is_postgres(number: int) -> bool:
    return _read(Path(f"/proc/{number}/comm")).strip() == b"postgres"


def _signal(number: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(number, what)
