"""`exodrive books export`: the same files as the desk's archive and its downloads, byte for byte."""

from __future__ import annotations

import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exodrive.bookkeeping import archive, periods, sheets
from exodrive.bookkeeping.periods import Period
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from tests import paper, rental
from tests.domain.bookkeeping.accountant import Month
from tests.local.conftest import Command


def this_month() -> Period:
    zone = ZoneInfo(houses.house().time_zone)
    return periods.of_month(f"{clock.now().astimezone(zone):%Y-%m}", zone=zone)


def test_the_folder_the_archive_and_the_single_files_are_the_same(command: Command, tmp_path: Path) -> None:
    booking_id = paper.returned(fuel_eighths=6)
    rental.settle(booking_id)
    paper.answer(booking_id)
    with transaction():
        period = this_month()
    folder = tmp_path / "books"
    answer = command("books", "export", "--from", f"{period.first}", "--to", f"{period.last}",
                     "--out", str(folder))  # fmt: skip
    assert answer.exit_code == 0, answer.output
    written = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert set(answer.output.split()) == {str(folder / name) for name in written}
    with transaction(), archive.packed(period) as packed, zipfile.ZipFile(packed) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == written
        single = {
            sheet.file_name(period): "".join(sheet.written(period)).encode() for sheet in sheets.IN_ORDER
        }
    assert single == written
    month = Month(folder)
    month.closed(None)
    assert len(month.files["invoices"]) == 1


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-31", "2026-10-01"), ("yesterday", "2026-10-01"), ("2026-02-30", "2026-03-01")],
)
def test_what_is_no_period_is_said_and_nothing_written(
    command: Command, tmp_path: Path, first: str, last: str
) -> None:
    folder = tmp_path / "books"
    answer = command("books", "export", "--from", first, "--to", last, "--out", str(folder))
    assert answer.exit_code == 2
    assert "That is no period" in answer.output
    assert not folder.exists()
