"""Reconciliation at the desk: the last runs, what differs from PayPal, and the button that mends each."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import because
from exodrive.bookings import queries as bookings
from exodrive.bookings.transitions import BookingNotFound
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference
from exodrive.reconciliation import keeping, mending, queries, runs
from exodrive.rendering import difference_words


class ReconcileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    booking = StringField(_l("One booking only"), [Length(max=20)])


class ExplainForm(FlaskForm):  # type: ignore[misc]
    reason = because(_l("Why it differs"))


@staff.get("/reconciliation")
def reconciliation() -> ResponseReturnValue:
    """The differences and the last runs; it looks again by itself while something is under way."""
    return _list(ReconcileForm(formdata=None))


@staff.post("/reconciliation")
def reconcile() -> ResponseReturnValue:
    """Have PayPal's side read now: of all that is open, or of one booking."""
    form = ReconcileForm()
    if not form.validate():
        return _list(form, status=422)
    typed = (form.booking.data or "").strip()
    try:
        with transaction():
            booking_id = bookings.by_reference(read_reference(typed)).id if typed else None
            run = runs.begin(by=people.current_actor(), at=clock.now(), booking_id=booking_id)
            count = run.total
    except BookingNotFound:
        form.booking.errors = [_("There is no booking of this name.")]
        return _list(form, status=422)
    flash(_("PayPal is being read.") if count else _("Nothing of it is open at PayPal."))
    return redirect(url_for("staff.reconciliation"), 303)


@staff.get("/reconciliation/<uuid:difference_id>")
def difference(difference_id: UUID) -> ResponseReturnValue:
    """One difference, with what can be done about it. Raises DifferenceNotFound."""
    return _one(difference_id, ExplainForm(formdata=None))


@staff.post("/reconciliation/<uuid:difference_id>/mend")
def mend_difference(difference_id: UUID) -> ResponseReturnValue:
    """Do what mends it. Raises DifferenceNotFound, DifferenceSolved."""
    with transaction():
        mending.mend(difference_id, by=people.current_actor(), at=clock.now())
    flash(_("PayPal is being asked. The page tells what came of it."))
    return redirect(url_for("staff.reconciliation"), 303)


@staff.post("/reconciliation/<uuid:difference_id>/explain")
def explain_difference(difference_id: UUID) -> ResponseReturnValue:
    """Note why it differs. Raises DifferenceNotFound, DifferenceSolved."""
    form = ExplainForm()
    if not form.validate():
        return _one(difference_id, form, status=422)
    with transaction():
        keeping.explain(difference_id, reason=form.reason.data, by=people.current_actor(), at=clock.now())
    flash(_("Noted. The same figures are not told again."))
    return redirect(url_for("staff.reconciliation"), 303)


def _list(form: ReconcileForm, *, status: int = 200) -> ResponseReturnValue:
    cursor = request.args.get("after") or None
    with transaction():
        context: dict[str, Any] = {
            "zone": _zone(),
            "open_ones": queries.listing(open_ones=True, limit=100),
            "solved": queries.listing(open_ones=False, cursor=cursor),
            "past": queries.last_runs(),
        }
    running = [each.run for each in context["past"] if each.run.finished_at is None]
    asked = any(told.difference.asked_at for told in context["open_ones"].rows)
    return htmx.page(
        "staff/reconciliation.html",
        *(("rows", "more") if cursor else ("differences",)),
        status=status,
        form=form,
        running=running,
        looks_again=bool(running) or asked,
        words=difference_words,
        **context,
    )


def _one(difference_id: UUID, form: ExplainForm, *, status: int = 200) -> ResponseReturnValue:
    with transaction():
        told = queries.one(difference_id)
        zone = _zone()
    return htmx.page(
        "staff/difference.html",
        "main",
        status=status,
        told=told,
        row=told.difference,
        form=form,
        words=difference_words,
        zone=zone,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(houses.house().time_zone)
