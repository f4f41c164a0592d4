"""`exodrive audit`: look at every promise in the running house, this folder's data or a named database."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import NamedTuple

import psycopg

from exodrive import config
from exodrive.auditing import examining, report
from exodrive.local import leftovers, servers, surroundings
from exodrive.local.postgres import PostgresDown
from exodrive.storage import files
from exodrive.tasks.routes import ROUTES

KEPT, BROKEN, NOT_LOOKED = 0, 1, 2  # what the command ends with


class House(NamedTuple):
    """Where a house keeps its data. `closed`: none of its processes runs."""

    database: str
    storage: str
    closed: bool


def audit(*, as_json: bool, with_files: bool, most: int) -> int:
    """Look at every promise and print the report; returns what the command ends with."""
    try:
        with _house() as house:
            files.use_store(house.storage)
            with examining.snapshot(house.database) as readers:
                found = examining.examine(
                    readers, routes=ROUTES, most=most, closed=house.closed, with_files=with_files
                )
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return _could_not("the database is not that of this version: run `exodrive migrate`")
    except (psycopg.Error, PostgresDown, config.BadSettings) as error:
        return _could_not(str(error))
    print(report.as_json(found) if as_json else "\n".join(report.in_words(found)))
    return BROKEN if found.breaches else KEPT


def _could_not(why: str) -> int:
    print(f"Could not look: {why}", file=sys.stderr)
    return NOT_LOOKED


@contextlib.contextmanager
def _house() -> Iterator[House]:
    """The running house, the one that the environment names, or that of this folder on servers of our own."""
    given = surroundings.given()
    if leftovers.is_held(config.folder()):
        yield _at({**given, **surroundings.of_running_house()}, closed=False)
    elif given.get("DATABASE_URL"):
        yield _at(given, closed=False)
    else:
        with contextlib.ExitStack() as stack:
            # What the servers say is no part of the report.
            with contextlib.redirect_stdout(sys.stderr):
                environment = stack.enter_context(servers.borrowed())
            yield _at(environment, closed=True)


def _at(environment: dict[str, str], *, closed: bool) -> House:
    url = environment.get("DATABASE_URL")
    if url is None:
        raise config.BadSettings(["another command is at work in this folder: wait until it has ended"])
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme.startswith("postgres"):
        raise config.BadSettings(["DATABASE_URL must begin with postgresql://"])
    storage = environment.get("STORAGE_URL") or f"file://{config.folder() / 'storage'}"
    return House(f"postgresql://{rest}", storage, closed)
