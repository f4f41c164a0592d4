"""A letter to the renter in one's own words."""

from __future__ import annotations

from uuid import UUID

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import VersionForm
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.bookings import writing
from exodrive.bookings.links import NobodyToWrite
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale


class LetterForm(VersionForm):
    subject = StringField(
        _l("Subject"), [DataRequired(_l("Say what it is about.")), Length(max=writing.LONGEST_SUBJECT)]
    )
    text = TextAreaField(
        _l("Letter"),
        [DataRequired(_l("Write something.")), Length(max=writing.LONGEST_TEXT)],
        description=_l("Plain text. The house’s name, the dates and the way to the booking stand around it."),
    )


@staff.route("/bookings/<reference>/write", methods=["GET", "POST"])
def write(reference: str) -> ResponseReturnValue:
    """The form, and sending what was written. Raises NobodyToWrite."""
    with transaction():
        facts = reading.of(reference)
    if facts.booking.renter is None:
        raise NobodyToWrite
    form = LetterForm()
    if form.validate_on_submit() and _written(facts.booking.id, form):
        flash(_("The letter is on its way."))
        return pages.to_booking(facts.booking.reference)
    form.version.data = form.version.data or facts.booking.version
    return htmx.page("staff/write.html", "main", status=form.status, form=form, booking=facts.booking)


def _written(booking_id: UUID, form: LetterForm) -> bool:
    try:
        with transaction():
            writing.write(
                booking_id,
                subject=form.subject.data,
                text=form.text.data,
                by=people.current_actor(),
                at=clock.now(),
                version=form.seen,
            )
    except Stale:
        form.overtaken()
        return False
    return True
