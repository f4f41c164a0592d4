"""Photos of a condition report: each is kept as soon as it is taken, or comes with the form."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from exodrive.blueprints import condition_words
from exodrive.blueprints.staff.desk import staff
from exodrive.bookings import handover, queries
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.storage import files, pictures
from exodrive.storage.pictures import NotAPicture, PictureTooLarge


@staff.post("/bookings/<reference>/photos/<any(pickup, 'return'):kind>/<position>")
def photo(reference: str, kind: str, position: str) -> ResponseReturnValue:
    """Keep one photo of a report that is still a draft; it replaces an earlier one of its position."""
    sent = request.files.get("photo")
    if position not in POSITIONS or sent is None:
        abort(404 if sent else 400)
    with transaction():
        booking = queries.by_reference(reference)
    keep(booking.id, ReportKind(kind), position=position, sent=sent)
    return "", 204


def keep(booking_id: UUID, kind: ReportKind, *, position: str, sent: FileStorage) -> None:
    """Check and keep a photo. Raises NotAPicture, PictureTooLarge, PhotosClosed."""
    content = pictures.clean(sent.stream.read(pictures.LARGEST_FILE + 1))
    at = clock.now()
    with transaction():
        row = files.keep(
            content,
            folder=f"condition/{booking_id}",
            name=f"{kind}-{position}.jpg",
            media_type=pictures.MEDIA_TYPE,
            at=at,
        )
        handover.add_photo(booking_id, kind, position=position, file_id=row.id, at=at)


def keep_sent(booking_id: UUID, kind: ReportKind) -> list[str]:
    """Keep the photos that came with the form; returns what is wrong with those that could not be kept."""
    faults = []
    for position in POSITIONS:
        sent = request.files.get(field(position))
        if sent is None or not sent.filename:
            continue
        try:
            keep(booking_id, kind, position=position, sent=sent)
        except NotAPicture:
            faults.append(_("%(photo)s: this file is no photo.", photo=condition_words.position(position)))
        except PictureTooLarge:
            faults.append(_("%(photo)s: this file is too large.", photo=condition_words.position(position)))
    return faults


def field(position: str) -> str:
    """The name of a photo's input in the form."""
    return f"photo-{position}"


def address(reference: str, kind: ReportKind, position: str) -> str:
    """Where a photo is sent as soon as it is taken."""
    return url_for("staff.photo", reference=reference, kind=kind.value, position=position)
