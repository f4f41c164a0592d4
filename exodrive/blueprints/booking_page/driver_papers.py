"""Photos of licences and of the insurance card, taken with a phone: sent here, shown back small."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints.booking_page import show, standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.htmx import wants_fragment
from exodrive.bookings import queries
from exodrive.bookings.reservation import papers
from exodrive.bookings.reservation.reservation_models import PaperKind
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.storage import documents, files, pictures, sealing
from exodrive.storage.documents import DocumentTooLarge, NotADocument
from exodrive.storage.pictures import NotAPicture, PictureTooLarge

SMALL = 480  # pixels of the longest side: enough to see that it is the right paper, too few to misuse it
KINDS = "any(" + ", ".join(f"'{kind}'" for kind in PaperKind) + ")"
UNFIT = (NotAPicture, PictureTooLarge, NotADocument, DocumentTooLarge)


@booking_page.post(f"/papers/<int:position>/<{KINDS}:kind>")
@limiter.limit("20 per minute; 100 per hour")  # seven are asked for; each takes a moment of a core
def send_paper(secret: str, position: int, kind: str) -> ResponseReturnValue:
    """Check, seal and keep a photo. Raises PapersClosed, PaperNotFound."""
    at = clock.now()
    with transaction():
        booking_id = whose(secret)
        # Before anything is kept: the bytes of a photo that has no place would lie in the store for ever.
        papers.place(queries.by_id(booking_id), position=position, kind=PaperKind(kind))
    sent = request.files.get("paper")
    try:
        content, media_type = _checked(sent.stream.read(pictures.LARGEST_FILE + 1) if sent else b"", kind)
    except UNFIT as fault:
        return _refused(secret, f"{position}-{kind}", fault)
    with transaction():
        kept = files.keep(
            sealing.seal(content, key=current_app.config["SECRET_KEY"]),
            folder=f"papers/{booking_id}",
            name=f"{position}-{kind}",
            media_type=sealing.MEDIA_TYPE,
            at=at,
        )
        papers.send(
            booking_id, position=position, kind=PaperKind(kind), file_id=kept.id, media_type=media_type, at=at
        )
    return _back(secret)


@booking_page.get(f"/papers/<int:position>/<{KINDS}:kind>")
def send_paper_again(secret: str, position: int, kind: str) -> ResponseReturnValue:  # noqa: ARG001
    """Somebody loads the address of a form that was shown again: the page has it."""
    return _back(secret)


@booking_page.get("/papers/<uuid:paper_id>.jpg")
def paper_small(secret: str, paper_id: UUID) -> ResponseReturnValue:
    """A photo as a stamp, for whoever holds the link. Raises PaperNotFound."""
    with transaction():
        paper = papers.one(whose(secret), paper_id)
        if paper.media_type != pictures.MEDIA_TYPE:
            abort(404)
        _row, content = files.read(paper.file_id)
    plain = sealing.unseal(content, key=current_app.config["SECRET_KEY"])
    return Response(pictures.smaller(plain, longest=SMALL), content_type=pictures.MEDIA_TYPE)


def _checked(content: bytes, kind: str) -> tuple[bytes, str]:
    """The content as it may be kept, and what it is. Raises one of UNFIT."""
    if kind == PaperKind.INSURANCE and documents.looks_like_one(content):
        return documents.check(content), documents.MEDIA_TYPE
    return pictures.clean(content), pictures.MEDIA_TYPE


def _refused(secret: str, place: str, fault: Exception) -> ResponseReturnValue:
    """What is wrong with the file, beside its button."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
    return show.answer(found, status=422, block="papers", paper_faults={place: _in_words(fault)})


def _in_words(fault: Exception) -> str:
    if isinstance(fault, PictureTooLarge | DocumentTooLarge):
        return _("This file is too large. Take the photo again, or send a smaller one.")
    if isinstance(fault, NotADocument):
        return _("We cannot keep this PDF. Send a photo of the card instead.")
    return _("This is no photo that we can read. Take one with the camera: JPEG, PNG and WebP are taken.")


def _back(secret: str) -> ResponseReturnValue:
    anchor = None if wants_fragment() else "papers"
    return redirect(url_for("booking_page.show", secret=secret, _anchor=anchor), 303)
