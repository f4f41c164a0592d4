"""Runs programs side by side: names each line they write, restarts nothing, stops all of them together."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from honcho.printer import Message, Printer

from exodrive.kernel import clock
from exodrive.local import programs
from exodrive.local.programs import Program

OWN_NAME = "exodrive"
LAST_WORDS = 2  # seconds to pass on what a program wrote at its end
# Codes of the terminal's colours that are readable on light and dark ground.
COLOURS = ("36", "33", "32", "35", "34", "36;1", "33;1", "32;1")


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that is no longer there."""

    name: str
    code: int

    @property
    def how(self) -> str:
        return f"exit code {self.code}" if self.code >= 0 else f"signal {signal.Signals(-self.code).name}"


class StopAsked(BaseException):
    """Ctrl-C or a polite signal. Not an Exception: nothing but the outermost edge may catch it."""


class Supervisor:
    """Starts programs in order and stops them in the opposite order."""

    def __init__(self, *, width: int = 12) -> None:
        self._printer = Printer(sys.stdout, width=width)
        self._printing = threading.Lock()
        self._readers: list[threading.Thread] = []
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []
        self._ended: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self._colours = cycle(COLOURS)
        self._stopping = False

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Start a program and pass on what it writes, each line under its name."""
        process = programs.start(program)
        self._running.append((program, process))
        told = (program, process, next(self._colours))
        reader = threading.Thread(target=self._pass_on, args=told, daemon=True)
        reader.start()
        self._readers.append(reader)
        return process

    def run(self, program: Program) -> int:
        """Run a program that is meant to end, and return its exit code."""
        process = programs.start(program)
        self._running.append((program, process))
        self._relay_lines(program, process, next(self._colours))
        return process.wait()

    def watch(self) -> Ended:
        """Wait until one of the programs ends by itself."""
        while True:
            try:
                return self._ended.get(timeout=0.5)
            except queue.Empty:
                continue

    def poll(self) -> Ended | None:
        """A program that has ended by itself, if there is one."""
        try:
            return self._ended.get_nowait()
        except queue.Empty:
            return None

    def stop(self, layers: Sequence[frozenset[str]] = ()) -> None:
        """Stop everything: what is in no layer first and at the same time, then one layer after the other."""
        self._stopping = True
        named = frozenset().union(*layers)
        for layer in (frozenset(program.name for program, _ in self._running) - named, *layers):
            chosen = [(program, process) for program, process in self._running if program.name in layer]
            _stop_together(chosen)
        for reader in self._readers:
            reader.join(LAST_WORDS)

    def say(self, text: str) -> None:
        """Write lines of our own among those of the programs."""
        self._write(OWN_NAME, text, None)

    def _pass_on(self, program: Program, process: subprocess.Popen[bytes], colour: str) -> None:
        """Relay the lines until there are no more, then tell how the program ended."""
        self._relay_lines(program, process, colour)
        code = process.wait()
        if not self._stopping:
            self._ended.put(Ended(program.name, code))

    def _relay_lines(self, program: Program, process: subprocess.Popen[bytes], colour: str) -> None:
        assert process.stdout is not None  # noqa: S101  programs.start pipes it
        with process.stdout as lines:
            for line in lines:
                if not any(word in line for word in program.chatter):
                    self._write(program.name, line, colour)

    def _write(self, name: str, data: str | bytes, colour: str | None) -> None:
        # A reader that went away (a closed terminal, `| head`) must not keep anything from stopping.
        with self._printing, contextlib.suppress(OSError):
            at = clock.real_now().astimezone()
            self._printer.write(Message(type="line", data=data, time=at, name=name, colour=colour))


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn Ctrl-C, a polite signal and a closed terminal into StopAsked, once."""

    def ask(_signal: int, _frame: object) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        raise StopAsked

    before = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _stop_together(chosen: Sequence[tuple[Program, subprocess.Popen[bytes]]]) -> None:
    """Ask all at once, then give each the rest of its grace."""
    begun = time.monotonic()
    for program, process in chosen:
        if process.poll() is None:
            process.send_signal(program.stop_signal)
    for program, process in chosen:
        left = max(0.0, begun + program.grace - time.monotonic())
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(left)
        # Also what it started and left behind: its session is its own.
        programs.end(process)
        process.wait()
