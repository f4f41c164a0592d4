"""Rows on their way into the tables: gathered by table, written by COPY in the order of their references."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB

from exodrive.kernel.db import METADATA
from exodrive.kernel.ids import ALPHABET

# The database numbers these by itself.
NUMBERED = {"ledger_entries": "id"}
LAST_62 = (1 << 62) - 1


class Ids:
    """Identifiers as they would have been given at their time, from a chance that can be repeated."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def at(self, moment: datetime) -> UUID:
        """A UUID version 7 of that millisecond (RFC 9562)."""
        milliseconds = int(moment.timestamp() * 1000)
        some = self._chance.getrandbits(74)
        return UUID(int=milliseconds << 80 | 7 << 76 | (some >> 62) << 64 | 0b10 << 62 | some & LAST_62)

    def paypal(self) -> str:
        """What stands for an id of PayPal's; no genuine one looks like it."""
        return f"DEMO{self._code(13)}"

    def reference(self, prefix: str) -> str:
        """A booking's reference; the caller makes sure that it is free."""
        return f"{prefix}-{self._code(6)}"

    def _code(self, length: int) -> str:
        some = self._chance.getrandbits(5 * length)
        return "".join(ALPHABET[some >> 5 * place & 31] for place in range(length))


class Batch:
    """The rows of some hundred bookings. A column that is not named stays empty."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: str, **values: Any) -> dict[str, Any]:
        """Gather a row, which may still change until it is written."""
        self._rows[table].append(values)
        return values

    def of(self, table: str) -> list[dict[str, Any]]:
        return self._rows[table]

    def write(self, connection: psycopg.Connection[Any]) -> None:
        """Copy everything into the database, in the transaction that is open."""
        for table in METADATA.sorted_tables:
            rows = self._rows.pop(table.name, None)
            if rows:
                _copy(connection, table, rows)
        if self._rows:
            raise LookupError(f"no such table: {', '.join(self._rows)}")


def _copy(connection: psycopg.Connection[Any], table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [name for name in table.columns.keys() if name != NUMBERED.get(table.name)]  # noqa: SIM118
    unknown = set().union(*rows) - set(names)
    if unknown:
        raise LookupError(f"{table.name} has no {', '.join(sorted(unknown))}")
    documents = [place for place, name in enumerate(names) if isinstance(table.columns[name].type, JSONB)]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            values = list(map(row.get, names))
            for place in documents:
                values[place] = json.dumps(values[place])
            copy.write_row(values)
