"""The simulators' memory: one SQLite file, so that stopping and starting in mid-rental loses nothing.

Records are JSON bodies under a kind and a key. One connection and one lock serve all threads: requests are
short, and a single writer makes each of them atomic without further thought.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = dict[str, Any]

# Fields by which records are looked for; without an index each look would read all records of a kind.
INDEXED = (
    *("order_id", "authorization_id", "parent_id", "capture_id", "invoice_id", "number"),
    *("submission_id", "slug"),
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, key)
);
{indexes}
CREATE TABLE IF NOT EXISTS numbers (kind TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, content_type TEXT NOT NULL, content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS agenda (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS agenda_at ON agenda (at);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, body BLOB NOT NULL,
    created_at REAL NOT NULL, next_at REAL, attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting', answer TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS held (seq INTEGER PRIMARY KEY, provider TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (provider, state, next_at);
""".format(
    indexes="\n".join(
        f"CREATE INDEX IF NOT EXISTS records_{name} ON records (kind, json_extract(body, '$.{name}'));"
        for name in INDEXED
    )
)


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    content: bytes


class Store:
    """Records, files and numbers. Every method may be called outside a transaction; writes belong inside."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._after_commit: list[Callable[[], None]] = []
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested ones join the outermost, which alone commits."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
                self._after_commit.clear()
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._connection.execute("ROLLBACK")
                    self._after_commit.clear()
                raise
            else:
                if outermost:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1
            waiting = list(self._after_commit) if outermost else []
        for action in waiting:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the transaction in progress is on disk; forget it when that rolls back."""
        self._after_commit.append(action)

    def query(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def execute(self, sql: str, *values: Any) -> int:
        """Run one statement and return the number of rows that it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def put(self, kind: str, key: str | int, body: Record) -> None:
        self.execute(
            "INSERT INTO records (kind, key, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            kind,
            str(key),
            json.dumps(body),
        )

    def get(self, kind: str, key: str | int) -> Record | None:
        rows = self.query("SELECT body FROM records WHERE kind = ? AND key = ?", kind, str(key))
        return json.loads(rows[0]["body"]) if rows else None

    def delete(self, kind: str, key: str | int) -> None:
        self.execute("DELETE FROM records WHERE kind = ? AND key = ?", kind, str(key))

    def find(self, kind: str, **equal: Any) -> list[Record]:
        """Records of a kind in the order they came, with these values in these top-level fields."""
        sql = "SELECT body FROM records WHERE kind = ?"
        values: list[Any] = [kind]
        for name, value in equal.items():
            sql += f" AND json_extract(body, '$.{name}') = ?"  # a bound path would pass the index by
            values.append(value)
        return [json.loads(row["body"]) for row in self.query(sql + " ORDER BY seq", *values)]

    def number(self, kind: str) -> int:
        """The next number of a kind, from 1 on."""
        rows = self.query(
            "INSERT INTO numbers (kind, last) VALUES (?, 1)"
            " ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last",
            kind,
        )
        return int(rows[0]["last"])

    def put_file(self, key: str, file: File) -> None:
        self.execute(
            "INSERT OR REPLACE INTO files (key, name, content_type, content) VALUES (?, ?, ?, ?)",
            key,
            file.name,
            file.content_type,
            file.content,
        )

    def get_file(self, key: str) -> File | None:
        rows = self.query("SELECT name, content_type, content FROM files WHERE key = ?", key)
        return File(rows[0]["name"], rows[0]["content_type"], rows[0]["content"]) if rows else None
