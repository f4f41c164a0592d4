"""The last word of a test that kills, replays, races or does a whole rental: no promise was broken."""

from __future__ import annotations

import psycopg
from flask import Flask

from exodrive.auditing import examining, report
from exodrive.auditing.examining import Report
from exodrive.auditing.promises import Severity
from exodrive.kernel import clock
from exodrive.kernel.db import session
from exodrive.tasks.routes import ROUTES
from tests.live import LiveHouse


def assert_no_breach(house: Flask | LiveHouse, *, with_files: bool = True) -> Report:
    """Look at every promise in what the house has committed; returns the report for further questions.

    An app is looked at as a closed house: its work is done by the test, not in time. Of a live house the
    files are in a store of its own, which this process may not read.
    """
    if isinstance(house, Flask):
        return _assert(house.config["SETTINGS"].database_url, closed=True, with_files=with_files)
    return _assert(house.environment["DATABASE_URL"], closed=False, with_files=False)


def assert_no_breach_yet() -> Report:
    """The same in the middle of the session's transaction, which nobody else can see."""
    session().flush()
    connection = session().connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return _kept(examining.examine([connection], routes=ROUTES, at=clock.now(), closed=True))


def _assert(url: str, *, closed: bool, with_files: bool) -> Report:
    address = url.replace("postgresql+psycopg:", "postgresql:", 1)
    with examining.snapshot(address, readers=1) as readers:
        return _kept(examining.examine(readers, routes=ROUTES, closed=closed, with_files=with_files))


def _kept(found: Report) -> Report:
    broken = [each.promise.code for each in found.promises if each.found(Severity.BREACH)]
    assert not broken, "\n".join(report.in_words(found))
    return found
