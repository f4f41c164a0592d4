"""What waits, what fails, and what providers reported; trying again and settling by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import LONGEST_REASON
from exodrive.bookings import queries as bookings
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel import queue as deliveries
from exodrive.kernel.db import transaction


class ResolveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    reason = TextAreaField(
        _l("What was done instead"),
        [DataRequired(_l("Say what was done: it stays in the record.")), Length(max=LONGEST_REASON)],
    )


@staff.get("/queue")
def queue() -> ResponseReturnValue:
    """The deliveries of one view, newest first."""
    view = request.args.get("view", "")
    cursor = request.args.get("after") or None
    with transaction():
        counts = deliveries.counts()
        if view not in deliveries.VIEWS:
            view = next((name for name in deliveries.VIEWS if counts[name]), "waiting")
        listing = deliveries.listing(view=view, cursor=cursor)
        ids = {row.event.subject_id for row in listing.rows if row.event.subject_id}
        references = bookings.references(ids)
        zone = _zone()
    context: dict[str, Any] = {
        "view": view,
        "views": _views(),
        "counts": counts,
        "listing": listing,
        "references": references,
        "zone": zone,
    }
    if cursor:
        return htmx.page("staff/queue.html", "rows", "more", **context)
    return htmx.page("staff/queue.html", "list", "tabs", **context)


@staff.get("/queue/received")
def received() -> ResponseReturnValue:
    """What the providers reported, to look at only."""
    cursor = request.args.get("after") or None
    with transaction():
        listing = deliveries.received(cursor=cursor)
        counts = deliveries.counts()
        zone = _zone()
    context: dict[str, Any] = {
        "view": "received",
        "views": _views(),
        "counts": counts,
        "listing": listing,
        "zone": zone,
    }
    return htmx.page("staff/received.html", "rows", "more", **context)


@staff.get("/queue/<uuid:delivery_id>")
def delivery(delivery_id: UUID) -> ResponseReturnValue:
    """One delivery, with what can be done about it."""
    return _delivery(delivery_id, ResolveForm(formdata=None))


@staff.post("/queue/<uuid:delivery_id>/retry")
def retry_delivery(delivery_id: UUID) -> ResponseReturnValue:
    with transaction():
        deliveries.retry(delivery_id, by=people.current_actor(), at=clock.now())
    flash(_("It is being tried again."))
    return redirect(url_for("staff.queue"), 303)


@staff.post("/queue/<uuid:delivery_id>/resolve")
def resolve_delivery(delivery_id: UUID) -> ResponseReturnValue:
    form = ResolveForm()
    if not form.validate_on_submit():
        return _delivery(delivery_id, form, status=422)
    with transaction():
        deliveries.resolve(
            delivery_id, reason=form.reason.data.strip(), by=people.current_actor(), at=clock.now()
        )
    flash(_("Noted as settled by hand."))
    return redirect(url_for("staff.queue"), 303)


def _delivery(delivery_id: UUID, form: ResolveForm, *, status: int = 200) -> ResponseReturnValue:
    with transaction():
        row = deliveries.one(delivery_id)
        subject = row.event.subject_id
        reference = bookings.references({subject}).get(subject) if subject else None
        zone = _zone()
    return htmx.page(
        "staff/delivery.html",
        "main",
        status=status,
        row=row,
        reference=reference,
        form=form,
        zone=zone,
        by_hand=row.state in deliveries.BY_HAND,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(houses.house().time_zone)


def _views() -> dict[str, str]:
    return {
        "failed": _("Failed"),
        "retrying": _("Trying again"),
        "waiting": _("Waiting"),
        "running": _("Running"),
    }
