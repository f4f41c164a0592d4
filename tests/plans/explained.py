"""What the database does for a page or a deed: every statement that was sent, with its real plan."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, text

from exodrive.kernel.db import db

BIG = 3_000  # rows; a smaller table may be read as it lies
# Rows that one step of a plan may touch: a page of a list with its margin, not a fifth of a table.
TOUCHED = 2_500
EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH")


@dataclass
class Watch:
    """The statements sent while the watch lasted."""

    sent: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Each step that reads a big table as it lies, or too much of one by an index."""
        assert self.sent, "nothing was asked of the database"
        db.session.rollback()  # what the deeds have locked, the statements want once more
        big = _big_tables()
        found = []
        for statement, parameters in dict.fromkeys((sent, _frozen(given)) for sent, given in self.sent):
            for step in _steps(statement, dict(parameters)):
                fault = _fault(step, big)
                if fault:
                    found.append(f"{fault}\n    {' '.join(statement.split())[:600]}")
        return found

    @property
    def indexes(self) -> set[str]:
        """The indexes that the statements were answered by."""
        db.session.rollback()
        return {
            step["Index Name"]
            for statement, parameters in self.sent
            for step in _steps(statement, dict(_frozen(parameters)))
            if "Index Name" in step
        }


@contextlib.contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(EXPLAINED):
            watch.sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield watch
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _frozen(parameters: Any) -> tuple[tuple[str, Any], ...]:
    """What a statement was given, or the first of the many that it was sent with."""
    given = parameters[0] if isinstance(parameters, list) else parameters
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in given.items())


def _big_tables() -> set[str]:
    with db.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > :big"), {"big": BIG}
        )
        return set(rows.scalars())


def _steps(statement: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the statement once more, explained; what it changes is undone."""
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters.items()}
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given)
        [[[explained]]] = cursor.fetchall()
    finally:
        connection.rollback()
        connection.close()
    open_steps = [explained["Plan"]]
    while open_steps:
        step = open_steps.pop()
        yield step
        open_steps += step.get("Plans", [])


def _fault(step: dict[str, Any], big: set[str]) -> str | None:
    table = step.get("Relation Name")
    if table not in big:
        return None
    if step["Node Type"] in ("Seq Scan", "Parallel Seq Scan"):
        return f"reads all of {table}"
    thrown_away = step.get("Rows Removed by Filter", 0) + step.get("Rows Removed by Index Recheck", 0)
    touched = (step["Actual Rows"] + thrown_away) * step["Actual Loops"]
    if touched > TOUCHED:
        return f"touches {touched:.0f} rows of {table} by {step.get('Index Name', step['Node Type'])}"
    return None
