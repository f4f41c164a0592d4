"""Photos of licences and insurance cards at the desk: looked at, accepted, or asked for again."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from exodrive.accounts import staff as people
from exodrive.blueprints import files as kept_files
from exodrive.blueprints import htmx
from exodrive.blueprints.plain_text import tidy
from exodrive.blueprints.staff.desk import staff
from exodrive.bookings import queries
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import papers
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference
from exodrive.storage import documents, files, sealing


class RejectForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False  # every post is checked before it reaches a view

    reason = StringField(
        _l("What is wrong with it"),
        [
            DataRequired(_l("Say what is wrong: the renter reads it.")),
            Length(3, 200, _l("Between 3 and 200 signs: the renter reads it.")),
        ],
        filters=[tidy],
        description=_l("The renter reads it, such as: the number is not in the picture."),
    )


@staff.get("/bookings/<reference>/papers", endpoint="papers")
def listing(reference: str) -> ResponseReturnValue:
    """What was sent, and what can be done about it."""
    return _page(reference)


@staff.get("/bookings/<reference>/papers/<uuid:paper_id>")
def look_at_paper(reference: str, paper_id: UUID) -> ResponseReturnValue:
    """The paper itself. Who opened it stays in the trail. Raises PaperNotFound, CannotOpen."""
    with transaction():
        paper = papers.one(_booking(reference).id, paper_id)
        _row, content = files.read(paper.file_id)
        papers.looked_at(paper, by=people.current_actor(), at=clock.now())
    plain = sealing.unseal(content, key=current_app.config["SECRET_KEY"])
    response = Response(plain, content_type=paper.media_type)
    pdf = paper.media_type == documents.MEDIA_TYPE
    response.headers["Content-Security-Policy"] = kept_files.PDF_POLICY if pdf else kept_files.POLICY
    # A PDF that came from outside is saved, never drawn on this site.
    response.headers.set(
        "Content-Disposition",
        "attachment" if pdf else "inline",
        filename=f"{paper.kind}{'.pdf' if pdf else '.jpg'}",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@staff.post("/bookings/<reference>/papers/<uuid:paper_id>/accept")
def accept_paper(reference: str, paper_id: UUID) -> ResponseReturnValue:
    """It can be read, and it is good."""
    with transaction():
        papers.accept(_booking(reference).id, paper_id, by=people.current_actor(), at=clock.now())
    flash(_("Accepted."))
    return _back(reference)


@staff.post("/bookings/<reference>/papers/<uuid:paper_id>/reject")
def reject_paper(reference: str, paper_id: UUID) -> ResponseReturnValue:
    """Ask for another photo, by mail, and say why."""
    form = RejectForm()
    if not form.validate():
        return _page(reference, form=form, about=paper_id, status=422)
    with transaction():
        papers.reject(
            _booking(reference).id,
            paper_id,
            reason=form.reason.data,
            by=people.current_actor(),
            at=clock.now(),
        )
    flash(_("The renter is asked for another photo."))
    return _back(reference)


def _page(
    reference: str, *, form: RejectForm | None = None, about: UUID | None = None, status: int = 200
) -> Response:
    with transaction():
        booking = _booking(reference)
        rows = papers.shown(booking)
    return htmx.page(
        "staff/papers.html",
        "papers",
        status=status,
        booking=booking,
        rows=rows,
        open_for_more=papers.asked(booking),
        form=form or RejectForm(formdata=None),
        about=about,
    )


def _booking(reference: str) -> Booking:
    return queries.by_reference(read_reference(reference))


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("staff.papers", reference=reference), 303)
