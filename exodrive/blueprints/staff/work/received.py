"""One message of a provider at the desk: what came of it, and having it processed once more."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import because
from exodrive.blueprints.staff.work import queue_words
from exodrive.house import queries as houses
from exodrive.kernel import clock, inbox_log, replaying
from exodrive.kernel.db import transaction


class ReplayForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    reason = because(_l("Why once more"))


@staff.get("/queue/received/<uuid:message_id>")
def received_message(message_id: UUID) -> ResponseReturnValue:
    """What is known of it; its body may hold people's data and is left to the command line."""
    return _show(message_id, ReplayForm(formdata=None))


@staff.post("/queue/received/<uuid:message_id>/replay")
def replay_message(message_id: UUID) -> ResponseReturnValue:
    """Have it processed once more. Raises StillUnderWay, MessageNotFound."""
    form = ReplayForm()
    if not form.validate_on_submit():
        return _show(message_id, form, status=422)
    with transaction():
        found = inbox_log.one(str(message_id))
        replaying.once_more(found.id, by=people.current_actor(), at=clock.now(), reason=form.reason.data)
    flash(_("It is being processed once more."))
    return redirect(url_for("staff.received_message", message_id=message_id), 303)


def _show(message_id: UUID, form: ReplayForm, *, status: int = 200) -> ResponseReturnValue:
    with transaction():
        found = inbox_log.one(str(message_id))
        stopped = inbox_log.given_up(message_id)
        zone = houses.house().time_zone
    return htmx.page(
        "staff/received_message.html",
        "main",
        status=status,
        message=found,
        stopped=stopped,
        form=form,
        name=queue_words.name(found.provider),
        zone=zone,
    )
