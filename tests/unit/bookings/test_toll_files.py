"""Files of tolls: forgiving about forms, strict about meaning, and plain about what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from exodrive.bookings.after_return import toll_files
from exodrive.bookings.after_return.toll_files import MOST_ROWS, Reader, TollFileUnreadable
from exodrive.bookings.models import ChargeKind
from exodrive.kernel.money import Money

ZONE = ZoneInfo("America/New_York")
READER = Reader(ZONE, "USD", month_first=True)
AT = datetime(2026, 12, 14, 15, 32, tzinfo=UTC)


def read(text: str, reader: Reader = READER) -> list[toll_files.Row]:
    return toll_files.read(text.encode(), reader)


@pytest.mark.parametrize(
    "time",
    [
        "2026-12-14 10:32", "2026-12-14T10:32:00-05:00", "2026-12-14T15:32Z", "12/14/2026 10:32 AM",
        "12/14/26 10:32", "14.12.2026 10:32", "14 Dec 2026 10:32", "Dec 14 2026 10:32AM",
        "2026/12/14 10:32:00", "2026-12-14 15:32 UTC",
    ],
)  # fmt: skip
def test_times_as_people_write_them(time: str) -> None:
    (row,) = read(f"plate;time;amount\nABC 123;{time};4.50\n")
    assert (row.moments, row.fault) == ((AT,), "")


def test_the_month_comes_first_only_where_it_does() -> None:
    there = Reader(ZONE, "USD", month_first=False)
    (row,) = read("plate,time,amount\nA,03/04/2026 12:00,1\n", there)
    (here,) = read("plate,time,amount\nA,03/04/2026 12:00,1\n")
    assert [row.moments[0].month, here.moments[0].month] == [4, 3]


@pytest.mark.parametrize(
    ("amount", "currency", "read_as"),
    [
        ("$4.50", "", Money(450, "USD")), ("1,250.00", "USD", Money(125000, "USD")),
        ("4,50 €", "eur", Money(450, "EUR")), ("320", "JPY", Money(320, "JPY")), ("3.5", "JPY", None),
        ("", "", None), ("four", "", None), ("1e9", "", None), ("4.50 5.50", "", None),
        ("USD 1 250,00", "", Money(125000, "USD")), ("-4.00", "", Money(-400, "USD")),
        (".50", "", Money(50, "USD")), ("9" * 200, "", None),
        ("5", "XXX", None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(amount: str, currency: str, read_as: Money | None) -> None:
    (row,) = read(f"plate\ttime\tamount\tcurrency\nA\t2026-12-14 10:32\t{amount}\t{currency}\n")
    assert row.amount == read_as
    assert row.fault == ("" if read_as and read_as.amount > 0 else "bad_amount")


def test_headers_go_by_many_names_and_a_day_may_stand_apart() -> None:
    text = "\ufeffLicense Plate, Transaction Date ,Time,Toll,Facility,Violation Number,Type\n"
    (row,) = read(text + "abc-123,12/14/2026,10:32,4.50,Bay Bridge,V 77-1,Parking violation\n")
    assert (row.moments, row.place, row.reference, row.kind) == (
        (AT,),
        "Bay Bridge",
        "V 77-1",
        ChargeKind.FINE,
    )
    assert toll_files.normal(row.plate) == "ABC123"


def test_a_row_is_the_same_however_it_is_written() -> None:
    rows = read("plate,time,amount\nABC 123,2026-12-14 10:32,4.50\nabc-123,2026-12-14T15:32Z,$4.50\n")
    assert rows[0].key == rows[1].key
    other = read("plate,time,amount\nABC 123,2026-12-14 10:33,4.50\n")
    assert rows[0].key != other[0].key


@pytest.mark.parametrize(
    ("time", "count"),
    [("2026-03-08 02:30", 0), ("2026-11-01 01:30", 2), ("2026-12-14", 0), ("1066-10-14 10:00", 0)],
)
def test_what_no_clock_showed_and_what_it_showed_twice(time: str, count: int) -> None:
    (row,) = read(f"plate,time,amount\nA,{time},1\n")
    assert len(row.moments) == count
    assert row.fault == ("" if count else "bad_time")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"), (b"plate,time,amount\n", "empty"), (b"a,b,c\n1,2,3\n", "columns"),
        (b"x" * (toll_files.LARGEST + 1), "too_large"), (b"\x89PNG\r\n\x1a\n\x00\x00", "no_table"),
        (b"plate,time,amount\n" + b"A,1,1\n" * (MOST_ROWS + 1), "too_many_rows"),
        (b'plate,time,amount\n"' + b"x" * 200_000 + b'",1,1\n', "no_table"),
        (b"\xff\xfe\x00", "no_table"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_tolls(content: bytes, why: str) -> None:
    with pytest.raises(TollFileUnreadable) as refused:
        toll_files.read(content, READER)
    assert refused.value.why == why


def test_a_short_row_and_a_long_cell_spoil_nothing_else() -> None:
    rows = read(f"plate,time,amount\nA\nB,2026-12-14 10:32,1,\n{'C' * 400},2026-12-14 10:32,1\n")
    assert [row.fault for row in rows] == ["bad_time", "", "too_long"]


def test_a_comma_without_quotes_shifts_the_cells_and_nothing_is_charged_by_it() -> None:
    shifted, quoted, loose = read(
        "plate,time,amount,reference\n"
        "A,2026-12-14 10:32,4,50,T1\n"
        'A,2026-12-14 10:32,"4,50",T2\n'
        "A,2026-12-14 10:32,4.50,T3,,\n"
    )
    assert shifted.fault == "shifted"
    assert [(row.amount, row.fault) for row in (quoted, loose)] == [(Money(450, "USD"), "")] * 2
