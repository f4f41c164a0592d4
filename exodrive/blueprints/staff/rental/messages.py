"""A mail as it was sent, in a frame of its own where nothing of it can run."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.bookings import queries
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import NotFound
from exodrive.notifications import messages
from exodrive.notifications.models import Message

# The mail's own inline styles and pictures, nothing else; no script, no form, no way out of the frame.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'self'"
)


class MessageNotFound(NotFound):
    code = "message_not_found"


@staff.get("/bookings/<reference>/messages/<uuid:message_id>")
def message(reference: str, message_id: UUID) -> ResponseReturnValue:
    """The mail with what became of it."""
    with transaction():
        booking = queries.by_reference(reference)
        found = _message(booking.id, message_id)
    return htmx.page(
        "staff/message.html", "main", booking=booking, message=found, zone=booking.pickup_place.zone
    )


@staff.get("/bookings/<reference>/messages/<uuid:message_id>/html")
def message_html(reference: str, message_id: UUID) -> Response:
    """The mail's HTML part, for the frame."""
    with transaction():
        found = _message(queries.by_reference(reference).id, message_id)
    response = Response(found.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"  # the desk's own page frames it
    return response


def _message(booking_id: UUID, message_id: UUID) -> Message:
    """A message of this booking. Raises MessageNotFound."""
    found = next((row for row in messages.of_booking(booking_id) if row.id == message_id), None)
    if found is None:
        raise MessageNotFound(str(message_id))
    return found
