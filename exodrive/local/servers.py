"""PostgreSQL and Valkey for a local run: our own, each only where no address is set."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from exodrive import config
from exodrive.local import leftovers, postgres, surroundings, valkey
from exodrive.local.supervisor import Supervisor

DATABASE = "exodrive"
# Stopped last, in this order: a worker may still write when it is told to go.
LAYERS = (frozenset({"valkey"}), frozenset({"postgres"}))


def start(supervisor: Supervisor, environment: Mapping[str, str]) -> dict[str, str]:
    """Start what is missing; returns the environment with the addresses of both servers."""
    chosen = dict(environment)
    folder = config.folder()
    if not chosen.get("DATABASE_URL"):
        database = postgres.prepare(folder / "postgres")
        database.wait(supervisor.start(database.program(environment)))
        database.ensure_database(DATABASE)
        chosen["DATABASE_URL"] = database.url(DATABASE)
    if not chosen.get("REDIS_URL"):
        store = valkey.prepare(folder / "valkey")
        store.wait(supervisor.start(store.program(environment)))
        chosen["REDIS_URL"] = store.url
    return chosen


@contextlib.contextmanager
def borrowed() -> Iterator[dict[str, str]]:
    """The environment of the running house, or of servers that live as long as the block.

    For commands beside `up`: the same data, whether the house runs or not.
    """
    folder = config.folder()
    folder.mkdir(parents=True, exist_ok=True)
    if leftovers.is_held(folder):
        yield {**surroundings.given(), **surroundings.of_running_house()}
        return
    supervisor = Supervisor()
    with leftovers.only_one(folder):
        leftovers.end_all(folder)
        environment = surroundings.complete(surroundings.given(), notes=[])
        try:
            yield start(supervisor, {**environment, leftovers.MARK: str(folder)})
        finally:
            supervisor.stop(LAYERS)
