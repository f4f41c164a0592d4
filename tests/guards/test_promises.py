"""Every promise of the audit is broken by a test, and every table with a state is guarded by the database."""

from __future__ import annotations

from pathlib import Path

from exodrive.auditing import courses, guards
from exodrive.auditing.table import PROMISES
from exodrive.kernel.db import METADATA
from tests.drain import ACTORS

assert ACTORS  # their import is what loads every table


def test_every_question_of_the_audit_is_answered_by_a_test_that_breaks_it(checkout: Path) -> None:
    tests = "".join(file.read_text() for file in (checkout / "tests" / "auditing").glob("test_*.py"))
    asked = {question.code for promise in PROMISES for question in promise.questions}
    assert {code for code in asked if f'"{code}"' not in tests} == set()


def test_every_table_with_a_state_is_looked_at_by_the_audit() -> None:
    stateful = {name for name, table in METADATA.tables.items() if "state" in table.columns}
    assert stateful - {model.__tablename__ for model in guards.GUARDED} == set()


def test_a_strange_state_is_refused_by_the_database_or_found_by_the_audit() -> None:
    checked = {
        str(name).removesuffix("_state_check")
        for name, _table in guards.expected()
        if str(name).endswith("_state_check")
    }
    asked = {name for name in METADATA.tables if f" FROM {name} WHERE state <> " in courses.STRANGE_STATES}
    stateful = {name for name, table in METADATA.tables.items() if "state" in table.columns}
    assert stateful - checked - asked == set()


def test_what_is_written_once_is_kept_by_triggers() -> None:
    """Books, receipts, documents, policies and the trail: what was wrong is put right by another row."""
    kept = {name.removesuffix("_append_only") for name in guards.TRIGGERS if name.endswith("_append_only")}
    assert kept == {
        "audit_entries", "desk_receipts", "invoices", "ledger_entries", "ledger_postings", "policies"
    }  # fmt: skip
