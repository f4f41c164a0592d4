"""One look at the whole house: every promise, in one snapshot, without holding anybody up."""

from __future__ import annotations

import contextlib
import os
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg import IsolationLevel, sql

from exodrive.auditing.promises import Finding, Found, Look, Promise, Question, Severity
from exodrive.auditing.table import PROMISES
from exodrive.kernel import clock
from exodrive.kernel.outbox import Route

Connection = psycopg.Connection[Any]
# For sorting and hashing, of each step of a query; what needs more goes to disk.
MEMORY = "64MB"
# So many queries at a time at most: the house is in use.
MOST_READERS = 4


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and what it found: all counted, the first ones named."""

    question: Question
    severity: Severity
    total: int
    named: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """A promise, how many things were looked at, and every question that found something."""

    promise: Promise
    checked: int
    answers: tuple[Answered, ...]
    seconds: float

    def found(self, severity: Severity) -> int:
        return sum(answer.total for answer in self.answers if answer.severity is severity)


@dataclass(frozen=True, slots=True)
class Report:
    """What a look has shown. `at` is business time, `looked_at` the machine's."""

    at: datetime
    looked_at: datetime
    closed: bool
    with_files: bool
    promises: tuple[Examined, ...]

    @property
    def breaches(self) -> int:
        return sum(each.found(Severity.BREACH) for each in self.promises)

    @property
    def attentions(self) -> int:
        return sum(each.found(Severity.ATTENTION) for each in self.promises)


@contextlib.contextmanager
def snapshot(address: str, *, readers: int | None = None) -> Iterator[list[Connection]]:
    """Transactions that all see one moment and change nothing. Raises psycopg.OperationalError.

    They take no lock that a booking would wait for; the vacuum alone has to leave what they may still see.
    `readers` is how many there are, by default as many as this machine has processors, up to a limit.
    """
    with contextlib.ExitStack() as stack:
        first = _reader(address, stack)
        (shared,) = _row(first, "SELECT pg_export_snapshot()")
        others = [
            _reader(address, stack) for _ in range(1, readers or min(os.cpu_count() or 1, MOST_READERS))
        ]
        for reader in others:
            reader.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(shared)))
        yield [first, *others]


def examine(
    readers: Sequence[Connection],
    *,
    routes: Mapping[str, tuple[Route, ...]],
    at: datetime | None = None,
    most: int = 10,
    closed: bool = False,
    with_files: bool = False,
    promises: Sequence[Promise] = PROMISES,
) -> Report:
    """Ask every question in the transactions of `readers`; `most` findings of each are named.

    `at` is business time, by default that of the house; `closed` says that none of its processes runs.
    """
    real_at = clock.real_now()
    offset, moved_at = _sandbox_clock(readers[0])
    look = Look(
        connection=readers[0],
        at=at or real_at + offset,
        real_at=real_at,
        clock_moved_at=moved_at,
        routes=routes,
        most=most,
        closed=closed,
        with_files=with_files,
    )
    asking = [step for promise in promises for step in _steps(promise, parts=len(readers))]
    # What is split takes longest: begun first, it does not keep all others waiting at the end.
    asking.sort(key=lambda step: step.parts, reverse=True)
    results = _ask_all(asking, look, readers)
    examined = tuple(_examined(promise, results, look) for promise in promises)
    return Report(look.at, real_at, closed, with_files, examined)


class Step(NamedTuple):
    """One query's worth of work: a promise is counted, or (a part of) one of its questions is asked."""

    promise: Promise
    question: Question | None
    part: int = 0
    parts: int = 1


class Result(NamedTuple):
    step: Step
    found: Found
    seconds: float


def _steps(promise: Promise, *, parts: int) -> Iterator[Step]:
    yield Step(promise, None)
    for question in promise.questions:
        split = parts if question.split else 1
        yield from (Step(promise, question, part, split) for part in range(split))


def _ask_all(asking: list[Step], look: Look, readers: Sequence[Connection]) -> list[Result]:
    """Every reader takes the next step when it has done one."""
    idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
    for reader in readers:
        reader.execute(sql.SQL("SET LOCAL work_mem = {}").format(sql.Literal(MEMORY)))
        # Planned for long queries, these would only take longer, and more processors than were granted.
        reader.execute("SET LOCAL jit = off")
        reader.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        idle.put(reader)

    def take(step: Step) -> Result:
        reader = idle.get()
        try:
            return _ask(step, replace(look, connection=reader, part=step.part, parts=step.parts))
        finally:
            idle.put(reader)

    with ThreadPoolExecutor(len(readers)) as pool:
        return list(pool.map(take, asking))


def _ask(step: Step, look: Look) -> Result:
    began = time.monotonic()
    found = _answer(step.question, look) if step.question else Found(step.promise.counting(look))
    return Result(step, found, time.monotonic() - began)


def _answer(question: Question, look: Look) -> Found:
    """What a question finds. Data that cannot be read (words where an amount belongs) are a finding too."""
    try:
        with look.connection.transaction():
            return question.answer(look)
    except psycopg.DataError as error:
        return look.listed([Finding("question", question.code, facts={"unreadable": error.sqlstate})])


def _examined(promise: Promise, results: list[Result], look: Look) -> Examined:
    of_it = [result for result in results if result.step.promise is promise]
    answers = []
    for question in promise.questions:
        found = sum((result.found for result in of_it if result.step.question is question), Found())
        if found.total:
            severity = question.severity_in(look)
            answers.append(Answered(question, severity, found.total, found.named[: look.most]))
    checked = sum(result.found.total for result in of_it if result.step.question is None)
    return Examined(promise, checked, tuple(answers), sum(result.seconds for result in of_it))


def _reader(address: str, stack: contextlib.ExitStack) -> Connection:
    connection = stack.enter_context(
        psycopg.connect(address, connect_timeout=5, options="-c timezone=UTC", prepare_threshold=None)
    )
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _sandbox_clock(reader: Connection) -> tuple[timedelta, datetime | None]:
    """How far business time runs ahead, and when it was last moved in real time."""
    row = reader.execute("SELECT offset_seconds FROM sandbox_clock WHERE id = 1").fetchone()
    if row is None:
        return timedelta(), None
    (moved_at,) = _row(reader, "SELECT max(created_at) FROM events WHERE name = 'sandbox.clock_moved'")
    return timedelta(seconds=row[0]), moved_at


def _row(reader: Connection, query: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] | None = reader.execute(query).fetchone()
    return found or ()
