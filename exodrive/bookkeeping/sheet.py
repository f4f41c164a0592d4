"""One file for an accountant: its name, its columns, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from exodrive.bookkeeping import cells
from exodrive.bookkeeping.cells import Cell, both
from exodrive.bookkeeping.periods import Period
from exodrive.kernel.money import Money

Row = tuple[Cell, ...]
Rows = Callable[[Period], Iterator[Sequence[Cell]]]
SPAN = ("from", "to")


class Sheet(NamedTuple):
    """One file by its name."""

    name: str
    columns: tuple[str, ...]
    rows: Rows

    def written(self, period: Period) -> Iterator[str]:
        """The file of a period, a piece at a time."""
        return cells.written(self.columns, self.rows(period))

    def file_name(self, period: Period) -> str:
        return f"{self.name}-{period.name}.csv"


def span(period: Period) -> Row:
    """The cells under SPAN."""
    return period.first.isoformat(), period.last.isoformat()


def moment(at: datetime, period: Period) -> Row:
    """A day and a time of the house's own zone."""
    local = at.astimezone(period.zone)
    return local.date().isoformat(), local.isoformat(timespec="seconds")


def pairs(*names: str) -> tuple[str, ...]:
    """The columns of amounts, each in major and in minor units."""
    return tuple(column for name in names for column in (name, f"{name}_minor"))


def amounts(*sums: Money) -> Row:
    """The cells under `pairs`."""
    return tuple(cell for amount in sums for cell in both(amount))
