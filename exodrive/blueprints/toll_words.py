"""What becomes of a row of a toll file, and why a file cannot be read, in words."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from exodrive.bookings.after_return.toll_files import MOST_ROWS, TollFileUnreadable
from exodrive.bookings.after_return.tolls import MATCHED

OUTCOMES: dict[str, Callable[[], str]] = {
    "matched": lambda: _("Will be charged"),
    "unknown_plate": lambda: _("No car of ours has this plate"),
    "no_rental": lambda: _("Nobody had the car then"),
    "two_rentals": lambda: _("Two rentals at that time: enter it by hand"),
    "already_imported": lambda: _("Charged already"),
    "twice": lambda: _("Stands in the file twice"),
    "being_settled": lambda: _("The rental is being settled: import again in a minute"),
    "other_currency": lambda: _("Not the booking’s currency"),
    "bad_amount": lambda: _("The amount cannot be read"),
    "bad_time": lambda: _("The time cannot be read, or no clock showed it"),
    "too_long": lambda: _("A cell is too long"),
    "shifted": lambda: _("More cells than the first line names: an amount such as 4,50 needs quotes"),
    "future": lambda: _("This has not happened yet"),
}
COLUMNS: dict[str, Callable[[], str]] = {
    "plate": lambda: _("plate"),
    "time": lambda: _("time"),
    "amount": lambda: _("amount"),
}
FAULTS: dict[str, Callable[[], str]] = {
    "too_large": lambda: _("This file is too large. Send one of less than a megabyte."),
    "too_many_rows": lambda: _("More than %(most)d rows. Split the file.", most=MOST_ROWS),
    "empty": lambda: _("There are no rows in this file."),
    "no_table": lambda: _("This is no table that we can read. Save it as CSV and send it again."),
}


def in_words(outcome: str, *, imported: bool = False) -> str:
    """What becomes of a row, or has become of it. Raises KeyError for a code that nobody put into words."""
    return _("Charged") if imported and outcome == MATCHED else OUTCOMES[outcome]()


def unreadable(error: TollFileUnreadable) -> str:
    """Why a file cannot be read, and what to do."""
    if error.why == "columns":
        missing = ", ".join(COLUMNS[column]() for column in error.columns)
        return _("The first line names no column for: %(missing)s.", missing=missing)
    return FAULTS[error.why]()
