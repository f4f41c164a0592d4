"""Tolls and fines from a file: sent, looked at row by row, then imported whole."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.toll_words import in_words, unreadable
from exodrive.bookings.after_return import toll_files, tolls
from exodrive.bookings.after_return.toll_files import TollFileUnreadable
from exodrive.bookings.after_return.tolls import Match
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.rendering import formats


class Line(NamedTuple):
    """A row of a file with what becomes, or became, of it."""

    number: int
    plate: str
    time: str
    place: str
    amount: str
    outcome: str
    words: str
    booking: str | None


@staff.route("/tolls", methods=["GET", "POST"])
def tolls_page() -> ResponseReturnValue:
    """The files that came, and a place for the next one."""
    fault = ""
    if request.method == "POST":
        sent = request.files.get("file")
        content = sent.stream.read(toll_files.LARGEST + 1) if sent else b""
        try:
            with transaction():
                kept = tolls.keep(
                    content,
                    name=(sent.filename or "") if sent else "",
                    by=people.current_actor(),
                    at=clock.now(),
                )
            return redirect(url_for("staff.toll_file", toll_file_id=kept.id), 303)
        except TollFileUnreadable as error:
            fault = unreadable(error)
    with transaction():
        latest = tolls.latest()
        zone = house.house().time_zone
    status = 422 if fault else 200
    return htmx.page("staff/tolls.html", "main", status=status, latest=latest, zone=zone, fault=fault)


@staff.route("/tolls/<uuid:toll_file_id>", methods=["GET", "POST"])
def toll_file(toll_file_id: UUID) -> ResponseReturnValue:
    """What an import would do with each row; then what it did. Raises TollFileNotFound, TollFileImported."""
    if request.method == "POST":
        with transaction():
            done = tolls.import_file(toll_file_id, by=people.current_actor(), at=clock.now())
        count = sum(row["outcome"] == tolls.MATCHED for row in done.outcomes)
        flash(ngettext("%(num)d row is charged.", "%(num)d rows are charged.", count))
        return redirect(url_for("staff.toll_file", toll_file_id=toll_file_id), 303)
    with transaction():
        found = tolls.one(toll_file_id)
        lines = [_line(each) for each in tolls.preview(found, at=clock.now())]
        zone = house.house().time_zone
    if found.imported_at is not None:
        became = {row["line"]: row for row in found.outcomes}
        lines = [_as_imported(line, became) for line in lines]
    ready = sum(line.outcome == tolls.MATCHED for line in lines)
    return htmx.page("staff/toll_file.html", "main", file=found, lines=lines, ready=ready, zone=zone)


def _line(each: Match) -> Line:
    row = each.row
    return Line(
        row.line,
        row.plate,
        row.shown_time,
        row.place,
        formats.money(row.amount) if row.amount else "",
        each.outcome,
        in_words(each.outcome),
        each.stay.reference if each.stay else None,
    )


def _as_imported(line: Line, became: dict[int, dict[str, str]]) -> Line:
    """A row as the import judged it: by now it would be found to be charged."""
    row = became.get(line.number)
    if row is None:
        return line
    words = in_words(row["outcome"], imported=True)
    return line._replace(outcome=row["outcome"], words=words, booking=row["booking"])
