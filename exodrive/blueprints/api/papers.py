"""What a booking leaves on paper."""

from __future__ import annotations

from uuid import UUID

from exodrive.blueprints.api.answers import Answer, File
from exodrive.blueprints.api.bookings import look, own
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.quotes import TAG
from exodrive.blueprints.api.refusals import DocumentMissing
from exodrive.storage import files

PDF = "application/pdf"


@operation(
    "GET",
    "/bookings/<uuid:booking_id>/agreement",
    tag=TAG,
    summary="Fetch the signed agreement",
    answers={200: Says(None, "The agreement with its signature.", PDF)},
    errors=(DocumentMissing,),
    booking=own,
)
def read_agreement(call: Call, *, booking_id: UUID) -> Answer:
    """The signed agreement as a PDF, once it is signed."""
    found = look(booking_id, call)
    kept = found.contract.agreement_file_id if found.contract else None
    return _paper(kept, name=f"agreement-{found.booking.reference}.pdf")


@operation(
    "GET",
    "/bookings/<uuid:booking_id>/invoice",
    tag=TAG,
    summary="Fetch the invoice",
    answers={200: Says(None, "The invoice.", PDF)},
    errors=(DocumentMissing,),
    booking=own,
)
def read_invoice(call: Call, *, booking_id: UUID) -> Answer:
    """The invoice as a PDF, once the rental is settled and it is made."""
    found = look(booking_id, call)
    kept = found.invoice.file_id if found.invoice else None
    return _paper(kept, name=f"invoice-{found.booking.reference}.pdf")


def _paper(file_id: UUID | None, *, name: str) -> Answer:
    if file_id is None:
        raise DocumentMissing
    row, content = files.read(file_id)
    return Answer(File(content, row.media_type, name))
