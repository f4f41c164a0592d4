"""All files of a period in one, as an accountant is sent them."""

from __future__ import annotations

import io
import tempfile
import zipfile
from typing import IO

from exodrive.bookkeeping import sheets
from exodrive.bookkeeping.periods import Period, PeriodUnclear

LONGEST = 92  # days of an archive, which is made in one piece while somebody waits
IN_MEMORY = 8 * 1024 * 1024  # bytes; what is longer goes through a file of the system's
# So that the same period is the same archive, whenever it is made.
STAMP = (1980, 1, 1, 0, 0, 0)


def packed(period: Period) -> IO[bytes]:
    """The archive, to be read from its beginning and closed by who has read it. Raises PeriodUnclear."""
    if not possible(period):
        raise PeriodUnclear
    into = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  its reader closes it
    with zipfile.ZipFile(into, "w") as archive:
        for sheet in sheets.SHEETS.values():
            entry = zipfile.ZipInfo(sheet.file_name(period), STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
                text.writelines(sheet.written(period))
                text.detach()
    into.seek(0)
    return into


def possible(period: Period) -> bool:
    return (period.last - period.first).days < LONGEST


def file_name(period: Period) -> str:
    return f"books-{period.name}.zip"
