"""Rows of CSV that a spreadsheet opens as what they are: no text becomes a formula, no amount a guess."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from exodrive.kernel.money import Money

# A cell that begins so is a formula to spreadsheets, whatever the file meant:
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
PIECE = 64 * 1024  # characters that are sent at a time

Cell = str | int | None


def text(value: str | None) -> str:
    """What people typed, defused: an apostrophe goes before what would be a formula."""
    plain = " ".join((value or "").split())
    return f"'{plain}" if plain.startswith(FORMULA) else plain


def both(amount: Money) -> tuple[str, int]:
    """An amount for people, in major units with its currency's decimals, and for programs in minor units."""
    return amount.to_text(), amount.amount


def written(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file, a piece at a time: UTF-8 with the mark that Excel knows it by, lines as RFC 4180 has them."""
    into = io.StringIO()
    into.write("\ufeff")
    writer = csv.writer(into)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(row)
        if into.tell() > PIECE:
            yield into.getvalue()
            into.seek(0)
            into.truncate()
    yield into.getvalue()
