"""A Valkey of a test's own that can go away and come back."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from exodrive.local import programs, valkey
from exodrive.local.programs import Program
from exodrive.local.valkey import Valkey


@dataclass
class Stoppable:
    """`url` stays the same however often it is stopped; what it held is gone then."""

    server: Valkey
    program: Program
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.server.url

    def start(self) -> None:
        self.process = programs.start(self.program, output=subprocess.DEVNULL)
        self.server.wait(self.process)

    def stop(self) -> None:
        if self.process is not None:
            programs.end(self.process)
            self.process.wait()
            self.process = None

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Connections are taken, and nothing is answered."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Stoppable]:
    server = valkey.prepare(folder, keep_data=False)
    store = Stoppable(server, server.program(os.environ))
    store.start()
    try:
        yield store
    finally:
        store.stop()
