"""Reading a file of tolls and fines, as authorities and toll operators send them. Pure.

Forgiving about names of columns, signs between them, forms of dates and amounts; strict about what a row
means: where it could be two things, it is none.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from exodrive.bookings.models import ChargeKind
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import DECIMALS, Money, MoneyError

LARGEST = 1024 * 1024  # bytes
MOST_ROWS = 5000
LONGEST_CELL = 300  # characters; a place has a tenth of it
DELIMITERS = ",;\t|"

COLUMNS: dict[str, frozenset[str]] = {
    "plate": frozenset({"plate", "license plate", "licence plate", "tag", "plate number", "registration"}),
    "time": frozenset(
        {"time", "date", "datetime", "date time", "when", "transaction date", "exit time", "occurred",
         "timestamp", "violation date", "transaction date time", "transaction time"}
    ),
    "clock": frozenset({"time of day", "hour", "clock"}),
    "amount": frozenset({"amount", "toll", "fare", "charge", "fine", "total", "price", "due", "toll amount"}),
    "currency": frozenset({"currency", "ccy"}),
    "place": frozenset({"place", "location", "plaza", "facility", "exit plaza", "road", "where"}),
    "reference": frozenset(
        {"reference", "ref", "number", "id", "transaction", "transaction id", "citation", "notice",
         "violation number", "invoice", "citation number", "notice number"}
    ),
    "kind": frozenset({"kind", "type", "category"}),
}  # fmt: skip
FINES = re.compile(r"fine|violation|citation|parking|speed|penalty|ticket", re.IGNORECASE)
# One number, with a currency before or after it: in `1e9` nobody knows what was meant.
NUMBER = re.compile(r"[^\d]*?(-?[.,]?\d(?:[\d.,\s']*\d)?)[^\d]*")
MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y")
DAY_FIRST = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y")
DAYS = ("%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y", "%d %b %Y", "%b %d %Y", "%b %d, %Y")
CLOCKS = (" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p")


class TollFileUnreadable(Refused):
    """Nothing in the file could be a list of tolls. `why` is a code, `columns` what it lacks."""

    code = "toll_file_unreadable"

    def __init__(self, why: str, *, columns: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.columns = columns


@dataclass(frozen=True, slots=True)
class Reader:
    """By whose habits a file is read: the house's clock, its currency, and whether the month comes first."""

    zone: ZoneInfo
    currency: str
    month_first: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `moments` are the instants that its time can mean: none where it cannot be read, two in the
    hour that a clock shows twice. `fault` says what is wrong with it."""

    line: int
    plate: str
    moments: tuple[datetime, ...]
    shown_time: str
    amount: Money | None
    place: str
    reference: str
    kind: ChargeKind
    fault: str = ""

    @property
    def key(self) -> str:
        """What makes it this toll and no other, in any file: its number, or else all that it says."""
        plate = normal(self.plate)
        if self.reference:
            return f"{self.kind}/{normal(self.reference)}/{plate}"
        at = self.moments[0].astimezone(UTC).isoformat() if self.moments else self.shown_time
        amount = self.amount.to_text() if self.amount else ""
        return f"{self.kind}/{plate}/{at}/{amount}/{normal(self.place)}"


def normal(text: str) -> str:
    """A plate or a number without what people put between its letters."""
    return re.sub(r"[\W_]", "", text).upper()


def read(content: bytes, reader: Reader) -> list[Row]:
    """The rows of a file. Raises TollFileUnreadable for what is no such file, or too much of one."""
    if len(content) > LARGEST:
        raise TollFileUnreadable("too_large")
    try:
        lines = list(_lines(_text(content)))
    except csv.Error as error:
        raise TollFileUnreadable("no_table") from error
    if not lines:
        raise TollFileUnreadable("empty")
    columns = _columns(lines[0][1])
    if len(lines) == 1:
        raise TollFileUnreadable("empty")
    if len(lines) > MOST_ROWS + 1:
        raise TollFileUnreadable("too_many_rows")
    width = len(lines[0][1])
    return [
        _row(number, _cells(cells, columns), reader, shifted=any(cell.strip() for cell in cells[width:]))
        for number, cells in lines[1:]
    ]


def instants(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants at which a clock shows this: none in the hour that is left out, two in the one that is
    repeated."""
    found = []
    for fold in (0, 1):
        at = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == local and at not in found:
            found.append(at)
    return tuple(found)


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise TollFileUnreadable("no_table")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with something in them, by their number in the file."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _columns(names: list[str]) -> dict[str, int]:
    """Which column is what. Raises TollFileUnreadable where one is missing, or there twice."""
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        plain = " ".join(re.sub(r"[\W_]+", " ", name).lower().split())
        column = next((column for column, known in COLUMNS.items() if plain in known), None)
        if column == "time" and "time" in found and "clock" not in found:
            column = "clock"  # a column for the day and one for the time of day
        if column is not None and column not in found:
            found[column] = position
    missing = tuple(column for column in ("plate", "time", "amount") if column not in found)
    if missing:
        raise TollFileUnreadable("columns", columns=missing)
    return found


def _cells(cells: list[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {
        column: " ".join(cells[position].split()) if position < len(cells) else ""
        for column, position in columns.items()
    }


def _row(line: int, cells: Mapping[str, str], reader: Reader, *, shifted: bool) -> Row:
    """One line. Where it is `shifted`, by an amount such as 4,50 between commas, no cell is what it seems."""
    time = f"{cells['time']} {cells.get('clock', '')}".strip()
    moments = _moments(time, reader)
    currency = cells.get("currency", "").upper() or reader.currency
    amount = _amount(cells["amount"], currency)
    fault = ""
    if shifted:
        fault = "shifted"
    elif any(len(cell) > LONGEST_CELL for cell in cells.values()):
        fault = "too_long"
    elif not normal(cells["plate"]):
        fault = "unknown_plate"
    elif not moments:
        fault = "bad_time"
    elif amount is None or amount.amount <= 0:
        fault = "bad_amount"
    return Row(
        line=line,
        plate=cells["plate"][:LONGEST_CELL],
        moments=moments,
        shown_time=time[:LONGEST_CELL],
        amount=amount,
        place=cells.get("place", "")[:LONGEST_CELL],
        reference=cells.get("reference", "")[:LONGEST_CELL],
        kind=ChargeKind.FINE if FINES.search(cells.get("kind", "")) else ChargeKind.TOLL,
        fault=fault,
    )


def _moments(text: str, reader: Reader) -> tuple[datetime, ...]:
    """With its offset where it has one, else by the house's clock. A day without a time is no moment."""
    if not any(sign in text for sign in ":Tt"):
        return ()
    try:
        found = datetime.fromisoformat(text.upper().replace("UTC", "Z").replace(" Z", "Z"))
    except ValueError:
        pass
    else:
        return _placed(found, reader.zone)
    days = (*DAYS, *(MONTH_FIRST if reader.month_first else DAY_FIRST))
    for form in (day + clock for day in days for clock in CLOCKS):
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  the zone is the house's, added below
        except ValueError:
            continue
        return _placed(found, reader.zone)
    return ()


def _placed(found: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    if not 2000 <= found.year < 2100:
        return ()
    return (found.astimezone(UTC),) if found.tzinfo is not None else instants(found, zone)


def _amount(text: str, currency: str) -> Money | None:
    """As people write it: `$4.50`, `1,250.00`, `4,50 EUR`."""
    if currency not in DECIMALS:
        return None
    written = NUMBER.fullmatch(text)
    if written is None:
        return None
    plain = re.sub(r"[\s']", "", written[1])
    if re.fullmatch(r"-?[\d.]*,\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        amount = Money.from_text(plain.replace(",", ""), currency)
    except MoneyError:
        return None
    return amount if amount.amount < 10**9 else None
