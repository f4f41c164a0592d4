"""What a supervisor starts: a command, its environment, and how it is asked to stop."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from exodrive.local.account import Account


@dataclass(frozen=True, slots=True)
class Program:
    """One program. `grace` is how many seconds it gets between the polite signal and the last one.

    Lines with one of `chatter` in them are not passed on: they say that all is well.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10
    chatter: tuple[bytes, ...] = ()

    @classmethod
    def from_shell(cls, name: str, line: str, environment: Mapping[str, str]) -> Program:
        """A line of the Procfile: the shell fills in variables, then makes way for the program."""
        return cls(name, ("/bin/sh", "-c", f"exec {line}"), environment)


def start(program: Program, *, output: int | None = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, so that a Ctrl-C reaches it only through its supervisor.

    Call it from the main thread: the program is told to stop when the thread that started it ends.
    """
    return subprocess.Popen(  # noqa: S603  our own commands and the Procfile
        (*_prefix(program), *program.command),
        env=dict(program.environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ask it to stop, wait for its grace, then end it with everything that it started."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
    try:
        process.wait(program.grace)
    except subprocess.TimeoutExpired:
        end(process)
        process.wait()


def end(process: subprocess.Popen[bytes]) -> None:
    """End the program's whole session at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _prefix(program: Program) -> tuple[str, ...]:
    """Change the account, and ask the kernel to stop the program if this process is killed."""
    setpriv = shutil.which("setpriv")
    account = program.account
    if setpriv is None:
        if account is not None:
            raise RuntimeError("setpriv is missing: install util-linux")
        return ()
    change = () if account is None else (f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups")
    return (setpriv, *change, f"--pdeathsig={program.stop_signal.name.removeprefix('SIG')}", "--")
