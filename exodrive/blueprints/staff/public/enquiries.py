"""Messages from the contact page: the list, one of them, answering it by mail, and marking it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.plain_text import ends_tidied, tidy
from exodrive.blueprints.staff import narrowed
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import VersionForm
from exodrive.bookings import queries as bookings
from exodrive.bookings.models import Booking
from exodrive.bookings.transitions import BookingNotFound
from exodrive.enquiries import answering, queries
from exodrive.enquiries.models import Enquiry, EnquiryState
from exodrive.enquiries.rules import Suspicion
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale
from exodrive.notifications import messages

VIEWS = {
    EnquiryState.NEW: _l("New"),
    EnquiryState.ANSWERED: _l("Answered"),
    EnquiryState.SPAM: _l("Spam"),
}
SUSPICIONS = {
    Suspicion.TRAP: _l("Put aside: it filled in a field that people do not see."),
    Suspicion.FORGED: _l("Put aside: it came without our form."),
    Suspicion.TOO_FAST: _l("Put aside: it was sent faster than anybody types."),
    Suspicion.TOO_OLD: _l("Put aside: its form was more than two days old."),
    Suspicion.LINKS: _l("Put aside: it is full of links."),
}
# Each deed's state, and what is said then. The page shows the way back.
DEEDS = {
    "answered": (EnquiryState.ANSWERED, _l("It is marked as answered.")),
    "new": (EnquiryState.NEW, _l("It is among the new ones again.")),
    "spam": (EnquiryState.SPAM, _l("It is marked as spam.")),
}


class AnswerForm(VersionForm):
    subject = StringField(
        _l("Subject"),
        [DataRequired(_l("Say what it is about.")), Length(max=answering.LONGEST_SUBJECT)],
        filters=[tidy],
    )
    text = TextAreaField(
        _l("Letter"),
        [DataRequired(_l("Write something.")), Length(max=answering.LONGEST_TEXT)],
        filters=[ends_tidied],
        description=_l("Plain text. The house’s name stands above it, the question below."),
    )


@staff.get("/enquiries")
def enquiries() -> ResponseReturnValue:
    """The list of one state, newest first, or its next page. Raises CursorUnreadable."""
    wanted = request.args.get("view", "")
    view = EnquiryState(wanted) if wanted in list(EnquiryState) else EnquiryState.NEW
    asked = {"view": view.value}
    cursor = request.args.get("after") or None
    with transaction():
        listing = queries.listing(state=view, cursor=cursor)
        counts = queries.counts()
        zone = houses.house().time_zone
    first, also = ("rows", ("more",)) if cursor else ("list", ("tabs",))
    return htmx.page(
        "staff/enquiries.html",
        first,
        *also,
        asked=asked,
        address=narrowed.address("staff.enquiries", asked),
        views=VIEWS,
        counts=counts,
        listing=listing,
        suspicions=SUSPICIONS,
        zone=zone,
    )


@staff.get("/enquiries/<uuid:enquiry_id>")
def enquiry(enquiry_id: UUID) -> ResponseReturnValue:
    """One message with its answers. Raises EnquiryNotFound."""
    with transaction():
        found = queries.enquiry(enquiry_id)
    form = AnswerForm(formdata=None, version=found.version, subject=_("Your question"))
    return _show(found, form)


@staff.post("/enquiries/<uuid:enquiry_id>/answer")
def answer_enquiry(enquiry_id: UUID) -> ResponseReturnValue:
    """Send a letter back, once. Raises EnquiryNotFound."""
    with transaction():
        found = queries.enquiry(enquiry_id)
    form = AnswerForm()
    if not form.validate():
        return _show(found, form, status=422)
    try:
        with transaction():
            answering.answer(
                enquiry_id,
                subject=form.subject.data,
                text=form.text.data,
                version=form.seen,
                by=people.current_actor(),
                at=clock.now(),
            )
    except Stale:
        return _moved_on(enquiry_id, form)
    flash(_("The letter is on its way."))
    return redirect(url_for("staff.enquiry", enquiry_id=enquiry_id), 303)


@staff.post("/enquiries/<uuid:enquiry_id>/<any('answered', 'new', 'spam'):deed>")
def mark_enquiry(enquiry_id: UUID, deed: str) -> ResponseReturnValue:
    """Say how a message stands. Raises EnquiryNotFound, Stale."""
    state, done = DEEDS[deed]
    with transaction():
        queries.enquiry(enquiry_id)
        answering.mark(
            enquiry_id, state, version=VersionForm().seen, by=people.current_actor(), at=clock.now()
        )
    flash(str(done))
    return redirect(url_for("staff.enquiry", enquiry_id=enquiry_id), 303)


def _moved_on(enquiry_id: UUID, form: AnswerForm) -> ResponseReturnValue:
    """The message as it is now with the letter still in its form; a second click finds its letter sent."""
    with transaction():
        found, sent = queries.enquiry(enquiry_id), queries.answers(enquiry_id)
    if any((row.subject, row.text) == (form.subject.data, form.text.data) for row in sent):
        return redirect(url_for("staff.enquiry", enquiry_id=enquiry_id), 303)
    form.version.data = found.version
    return _show(found, form, status=409)


def _show(found: Enquiry, form: AnswerForm, *, status: int = 200) -> ResponseReturnValue:
    with transaction():
        answers = queries.answers(found.id)
        mails = messages.by_keys([f"enquiry_answer/{row.id}" for row in answers])
        booking = _booking(found)
        zone = houses.house().time_zone
    return htmx.page(
        "staff/enquiry.html",
        "main",
        status=status,
        enquiry=found,
        views=VIEWS,
        suspicion=SUSPICIONS[Suspicion(found.suspected)] if found.suspected else "",
        answers=[(row, mails.get(f"enquiry_answer/{row.id}")) for row in answers],
        booking=booking,
        form=form,
        moved_on=status == HTTPStatus.CONFLICT,
        zone=zone,
    )


def _booking(found: Enquiry) -> Booking | None:
    """The booking that the writer named, where it is theirs: a reference alone proves nothing."""
    if not found.reference:
        return None
    try:
        booking = bookings.by_reference(found.reference)
    except BookingNotFound:
        return None
    theirs = booking.renter is not None and booking.renter.email == found.email
    return booking if theirs else None
