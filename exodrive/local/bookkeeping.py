"""`exodrive books export`: the files of a period, in a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from exodrive.bookkeeping import periods, sheets
from exodrive.bookkeeping.periods import PeriodUnclear
from exodrive.bookkeeping.sheet import Sheet
from exodrive.house import queries as houses
from exodrive.kernel.db import transaction
from exodrive.local import house, servers

WRITTEN, UNCLEAR = 0, 2  # what the command ends with


def export(*, first: str, last: str, folder: Path) -> int:
    """Write every file of the period, all as of one moment; returns what the command ends with."""
    with servers.borrowed() as environment:
        os.environ.update(environment)
        with house.application(), transaction(one_moment=True):
            try:
                period = periods.of_days(first, last, zone=ZoneInfo(houses.house().time_zone))
            except PeriodUnclear:
                print("That is no period: two days in their order, such as 2026-10-01.", file=sys.stderr)
                return UNCLEAR
            folder.mkdir(parents=True, exist_ok=True)
            for sheet in sheets.SHEETS.values():
                _write(folder / sheet.file_name(period), sheet, period)
    return WRITTEN


def _write(file: Path, sheet: Sheet, period: periods.Period) -> None:
    with file.open("w", encoding="utf-8", newline="") as into:
        into.writelines(sheet.written(period))
    print(file)
