"""Kept files by signed links that expire: agreements, invoices, photos.

A link is for the staff (it asks for a sign-in too) or belongs to one booking's page link, and dies with that.
Its end is rounded to the hour, so that the same photo keeps its address, and a browser its copy, for a while.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import NotFound
from exodrive.storage import files as store

files = Blueprint("files", __name__)

HOUR = int(timedelta(hours=1).total_seconds())
# What a browser may show by itself; anything else is only ever saved.
PDF = "application/pdf"
PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
SHOWN = PHOTOS | {PDF}
UNFIT = re.compile(r'[\x00-\x1f\x7f"\\]')  # signs that would end a header, or the name in it
# Nothing in a file runs. No stricter: browsers draw a PDF by a part of their own, which has styles inline and
# which `sandbox` would stop.
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
PDF_POLICY = (
    "default-src 'none'; script-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class FileLinkEnded(NotFound):
    """Forged, expired, revoked, or not this visitor's: which of them is not said."""

    status = 410
    code = "file_link_ended"


def init_app(app: Flask) -> None:
    app.register_blueprint(files)
    app.jinja_env.globals["staff_file_url"] = staff_url


def staff_url(file_id: UUID, *, download: bool = False) -> str:
    """A file's address for whoever is signed in at the desk, good for one to two hours."""
    return _url({"file": file_id.hex, "for": "staff"}, download=download)


def link_url(file_id: UUID, booking: Booking, *, download: bool = False) -> str:
    """A file's address for whoever holds the booking's page link: one to two hours, unless revoked."""
    holder = {"file": file_id.hex, "for": "link", "booking": booking.id.hex, "version": booking.link_version}
    return _url(holder, download=download)


@files.get("/files/<token>")
def show(token: str) -> Response:
    """The file's bytes, checked against their hash. Raises FileLinkEnded."""
    ticket = _ticket(token)
    with transaction():
        if not _holds(ticket):
            raise FileLinkEnded
        row, content = store.read(UUID(hex=ticket["file"]))
    response = Response(content, content_type=row.media_type)
    saved = "download" in request.args or row.media_type not in SHOWN
    response.headers.set(
        "Content-Disposition", "attachment" if saved else "inline", filename=UNFIT.sub("_", row.name)
    )
    response.headers["Content-Security-Policy"] = PDF_POLICY if row.media_type == PDF else POLICY
    # Papers with names on them stay in no cache.
    kept = f"private, max-age={HOUR}, immutable" if row.media_type in PHOTOS else "private, no-store"
    response.headers["Cache-Control"] = kept
    return response


def _url(ticket: dict[str, Any], *, download: bool) -> str:
    now = int(clock.real_now().timestamp())
    ticket["until"] = (now // HOUR + 2) * HOUR
    return url_for("files.show", token=_serializer().dumps(ticket), download="1" if download else None)


def _ticket(token: str) -> dict[str, Any]:
    try:
        ticket: dict[str, Any] = _serializer().loads(token)
    except BadSignature as error:
        raise FileLinkEnded from error
    if ticket["until"] < clock.real_now().timestamp():
        raise FileLinkEnded
    return ticket


def _holds(ticket: dict[str, Any]) -> bool:
    if ticket["for"] == "staff":
        return bool(current_user.is_authenticated)
    current = links.version_of(UUID(hex=ticket["booking"]))
    return current is not None and current == int(ticket["version"])


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="kept-file")
