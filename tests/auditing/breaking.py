"""Breaking a promise on purpose, and what a look then finds."""

from __future__ import annotations

from typing import Any, LiteralString, NamedTuple

import psycopg

from exodrive.auditing import examining
from exodrive.auditing.examining import Report
from exodrive.auditing.promises import Severity
from exodrive.tasks.routes import ROUTES

Database = psycopg.Connection[Any]


class Break(NamedTuple):
    """A deed that contradicts one question, `code`; it returns the ids of what must be found.

    `first` takes away what would refuse the deed. What cannot be broken alone says what is broken `also`.
    """

    code: str
    deed: LiteralString
    first: LiteralString = ""
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.code


def look(database: Database, **how: Any) -> Report:
    """What a look from inside the transaction finds."""
    return examining.examine([database], **{"routes": ROUTES, **how})


def found(report: Report, severity: Severity = Severity.BREACH) -> dict[str, set[str]]:
    """The ids of what was found, by the code of the question."""
    return {
        answer.question.code: {finding.id for finding in answer.named}
        for examined in report.promises
        for answer in examined.answers
        if answer.severity is severity
    }


def assert_found(database: Database, broken: Break, severity: Severity = Severity.BREACH, **how: Any) -> None:
    """Break it, and see that this is found of exactly these, and nothing else of this severity.

    Nothing of that kind is found in the house as it is: `test_report` looks.
    """
    if broken.first:
        database.execute(broken.first)
    expected = {str(row[0]) for row in database.execute(broken.deed).fetchall()}
    assert expected, "the house has nothing that could be broken so"
    seen = found(look(database, most=100, **how), severity)
    assert seen.get(broken.code) == expected, seen
    assert seen.keys() == {broken.code, *broken.also}, seen
