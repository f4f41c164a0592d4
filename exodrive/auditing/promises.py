"""What a promise is: a sentence about the data, and the questions that show whether it is kept.

A question finds the rows that contradict the promise. What it finds is a *breach* where a promise was broken,
or *attention* where a person has to do something. Findings name ids and references, never people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from exodrive.kernel.outbox import Route

# Work that happens by itself is late only after this long: sweeps run every minute, a lease takes one.
GRACE = timedelta(minutes=15)


class Severity(StrEnum):
    BREACH = "breach"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that contradicts a promise. `facts` are states, amounts in minor units, times and ids."""

    subject: str
    id: str
    reference: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: all of them counted, the first of them named."""

    total: int = 0
    named: tuple[Finding, ...] = ()

    def __add__(self, other: Found) -> Found:
        return Found(self.total + other.total, self.named + other.named)


@dataclass(frozen=True)
class Look:
    """One look at the house: an open snapshot, the moment, and how much is to be told.

    `at` is business time, `real_at` the machine's. `closed` says that no process of the house runs, so that
    nothing can be done in time. `business_deadline` and `real_deadline` are what should be done by now. A
    question that is split sees its `part` of so many `parts`, counted from 0.
    """

    connection: psycopg.Connection[Any]
    at: datetime
    real_at: datetime
    clock_moved_at: datetime | None
    routes: Mapping[str, tuple[Route, ...]]
    most: int = 10
    closed: bool = False
    with_files: bool = False
    part: int = 0
    parts: int = 1

    @property
    def real_deadline(self) -> datetime:
        return self.real_at - GRACE

    @property
    def business_deadline(self) -> datetime:
        """Long ago while the sandbox's clock has just been moved: the sweeps must have their minutes."""
        moved = self.clock_moved_at
        if moved is not None and moved > self.real_deadline:
            return self.at - timedelta(days=36_500)
        return self.at - GRACE

    def rows(self, query: LiteralString, **values: Any) -> list[dict[str, Any]]:
        """All rows of a query that has few. Every query may use the moments of this look."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, self._moments | values).fetchall()

    def count(self, query: LiteralString, **values: Any) -> int:
        (row,) = self.rows(query, **values)
        return int(next(iter(row.values())))

    def found(self, query: LiteralString, **values: Any) -> Found:
        """What a query of contradictions finds, counted in the database and named up to the limit."""
        counted = sql.SQL("SELECT *, count(*) OVER () AS found FROM ({}) AS findings LIMIT {}").format(
            sql.SQL(query), sql.Literal(max(self.most, 1))
        )
        with self.connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(counted, self._moments | values).fetchall()
        if not rows:
            return Found()
        return Found(rows[0].pop("found"), tuple(map(_finding, rows[: self.most])))

    def listed(self, findings: Iterable[Finding]) -> Found:
        """The same of findings that come one after the other."""
        total, named = 0, []
        for total, finding in enumerate(findings, start=1):
            if total <= self.most:
                named.append(finding)
        return Found(total, tuple(named))

    @property
    def _moments(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "real_deadline": self.real_deadline,
            "business_deadline": self.business_deadline,
        }


def _finding(row: dict[str, Any]) -> Finding:
    facts = {name: value for name, value in row.items() if value is not None}
    facts.pop("found", None)
    return Finding(facts.pop("subject"), str(facts.pop("id")), facts.pop("reference", None), facts)


Answer = Callable[[Look], Found]


def asked(query: LiteralString, **values: Any) -> Answer:
    """The answer that a query gives; its columns are `subject`, `id`, perhaps `reference`, and facts."""
    return lambda look: look.found(query, **values)


@dataclass(frozen=True, slots=True)
class Question:
    """`says` completes a sentence about one finding. In a closed house what `needs_work` merely waits.

    A question that reads very much is `split`: each part is answered for itself, perhaps beside the others.
    """

    code: str
    severity: Severity
    says: str
    answer: Answer
    needs_work: bool = False
    split: bool = False

    def severity_in(self, look: Look) -> Severity:
        return Severity.ATTENTION if self.needs_work and look.closed else self.severity


def breach(
    code: str, says: str, answer: Answer, *, needs_work: bool = False, split: bool = False
) -> Question:
    """A question whose findings break the promise."""
    return Question(code, Severity.BREACH, says, answer, needs_work, split)


def attention(code: str, says: str, answer: Answer) -> Question:
    """A question whose findings wait for a person."""
    return Question(code, Severity.ATTENTION, says, answer)


@dataclass(frozen=True, slots=True)
class Promise:
    """`counting` counts what was looked at, which is called `of`."""

    code: str
    says: str
    of: str
    counting: Callable[[Look], int]
    questions: tuple[Question, ...]


def counted(query: LiteralString) -> Callable[[Look], int]:
    return lambda look: look.count(query)


def words(values: Iterable[str]) -> list[str]:
    """The values of a table of states as the database has them."""
    return sorted(str(value) for value in values)
