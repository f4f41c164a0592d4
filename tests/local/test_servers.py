"""The embedded servers: they keep their data, and start again after the worst."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from exodrive.local import account, postgres, programs, valkey
from exodrive.local.postgres import Postgres
from tests import servers


@pytest.fixture
def database(apart: Path) -> Iterator[tuple[Postgres, subprocess.Popen[bytes]]]:
    server = postgres.prepare(apart / "postgres", options=postgres.FORGETFUL)
    process = _started(server)
    yield server, process
    programs.stop(process, server.program(os.environ))


def _started(server: Postgres) -> subprocess.Popen[bytes]:
    process = programs.start(server.program(os.environ), output=subprocess.DEVNULL)
    server.wait(process)
    return process


def test_data_outlive_a_killed_server(database: tuple[Postgres, subprocess.Popen[bytes]]) -> None:
    server, process = database
    server.ensure_database("house")
    with psycopg.connect(server.url("house"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.execute("CHECKPOINT")  # these servers do not wait for the disk
    servers.crash(process)
    # The number in the dead server's lock now belongs to somebody else: this very process.
    lock = server.folder / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    again = postgres.prepare(server.folder, options=postgres.FORGETFUL)
    second = _started(again)
    again.ensure_database("house")
    with psycopg.connect(again.url("house")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    programs.stop(second, again.program(os.environ))


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / "postgres"
    server = Postgres(folder, None, postgres.DURABLE)
    assert server.socket_folder != folder
    assert len(str(server.socket_folder / ".s.PGSQL.5432")) < 108


def test_valkey_keeps_its_data_and_asks_for_its_password(tmp_path: Path) -> None:
    for expected in (None, b"kept"):
        server = valkey.prepare(tmp_path / "valkey")
        program = server.program(os.environ)
        process = programs.start(program, output=subprocess.DEVNULL)
        server.wait(process)
        with redis.Redis.from_url(server.url) as client:
            assert client.get("word") == expected
            client.set("word", "kept")
        unasked = redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0))
        with unasked as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        programs.stop(process, program)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root opens ways for others")
def test_root_lets_the_account_pass_and_nobody_else(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    inner = closed / "inner"
    inner.mkdir(mode=0o755)
    own = account.Account("someone", 65533, 65533)
    try:
        account.open_way(own, inner)
        account.open_way(own, inner)  # a second time changes nothing
    except account.AccountProblem:
        pytest.skip("this file system keeps no access lists")
    assert stat.S_IMODE(closed.stat().st_mode) & 0o007 == 0
    assert _may_enter(inner, uid=65533)
    assert not _may_enter(inner, uid=65532)


def _may_enter(folder: Path, *, uid: int) -> bool:
    look = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "test", "-x", str(folder)]
    # pytest's own folders above are closed to others, which `open_way` has opened for one of them
    return subprocess.run(look, check=False).returncode == 0
