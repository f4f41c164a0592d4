"""The books at the desk: the trial balance of a period, its files, and the statement of one booking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from flask import Response, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue

from exodrive.blueprints import htmx
from exodrive.blueprints.staff.bookkeeping import sheet_words
from exodrive.blueprints.staff.desk import staff
from exodrive.bookings import queries
from exodrive.bookkeeping import archive, periods, sheets, statements, trial
from exodrive.bookkeeping.periods import Period, PeriodUnclear
from exodrive.bookkeeping.sheet import Sheet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money, total
from exodrive.pricing import book
from exodrive.rendering import book_words, formats

CSV = "text/csv; charset=utf-8"


@staff.get("/books")
def books() -> ResponseReturnValue:
    """One period's trial balance and taxes, and everything an accountant closes it from."""
    with transaction(one_moment=True):
        zone = ZoneInfo(houses.house().time_zone)
        period, problem = _asked(zone)
        found = trial.read(start=period.start, end=period.end)
        names = book.tax_names()
    return htmx.page(
        "staff/books.html",
        "main",
        status=422 if problem else 200,
        period=period,
        problem=problem,
        months=_months(clock.now().astimezone(zone).date()),
        by_currency=_by_currency(found.balance),
        taxes=found.taxes,
        sheets=tuple(sheets.SHEETS),
        sheet_words=sheet_words.of,
        packed=archive.possible(period),
        account_words=book_words.account,
        detail_words=partial(book_words.detail, taxes=names),
    )


@staff.get("/books/<sheet>.csv")
def books_sheet(sheet: str) -> ResponseReturnValue:
    """One of the files of a period, sent as it is read. Raises SheetUnknown, PeriodUnclear."""
    found, period = sheets.sheet(sheet), _period()
    response = Response(stream_with_context(_sent(found, period)), content_type=CSV)
    response.headers.set("Content-Disposition", "attachment", filename=found.file_name(period))
    return response


@staff.get("/books/all.zip")
def books_all() -> ResponseReturnValue:
    """Every file of a period in one, all as of one moment. Raises PeriodUnclear."""
    period = _period()
    with transaction(one_moment=True):
        packed = archive.packed(period)
    response = send_file(packed, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=archive.file_name(period))
    response.headers["Cache-Control"] = "private, no-store"  # instead of what files get
    return response


@staff.get("/bookings/<reference>/statement")
def statement(reference: str) -> ResponseReturnValue:
    """What was posted about one booking. Raises BookingNotFound."""
    with transaction(one_moment=True):
        booking = queries.by_reference(reference)
        found = statements.of_booking(booking.id, currency=booking.currency)
        names = book.tax_names()
    return htmx.page(
        "staff/statement.html",
        "main",
        booking=booking,
        statement=found,
        zone=booking.pickup_place.zone,
        account_words=book_words.account,
        detail_words=partial(book_words.detail, taxes=names),
        kind_words=book_words.kind,
    )


def _sent(found: Sheet, period: Period) -> Iterator[str]:
    """All of the file is of one moment, however long its reader takes."""
    with transaction(one_moment=True):
        yield from found.written(period)


def _period() -> Period:
    """The period of the address. Raises PeriodUnclear."""
    with transaction():
        zone = ZoneInfo(houses.house().time_zone)
    period, problem = _asked(zone)
    if problem:
        raise PeriodUnclear
    return period


def _asked(zone: ZoneInfo) -> tuple[Period, bool]:
    """The period of the address, else this month; and whether the address named one that is none."""
    now = periods.of_month(f"{clock.now().astimezone(zone):%Y-%m}", zone=zone)
    first, last, month = (request.args.get(name, "") for name in ("from", "to", "month"))
    try:
        if first or last:
            return periods.of_days(first, last, zone=zone), False
        return (periods.of_month(month, zone=zone) if month else now), False
    except PeriodUnclear:
        return now, True


def _months(today: date) -> list[tuple[str, str]]:
    """The months to choose from, each by its name in an address and in words; the latest first."""
    return [(name, formats.month(date.fromisoformat(f"{name}-01"))) for name in periods.months_until(today)]


def _by_currency(rows: list[trial.Row]) -> dict[str, tuple[list[trial.Row], dict[str, Money]]]:
    """The rows of each currency with the sums below them."""
    found: dict[str, list[trial.Row]] = defaultdict(list)
    for row in rows:
        found[row.currency].append(row)
    return {
        currency: (
            of_one,
            {
                side: total((getattr(row, side) for row in of_one), currency=currency)
                for side in ("opening", "debits", "credits", "closing")
            },
        )
        for currency, of_one in found.items()
    }
