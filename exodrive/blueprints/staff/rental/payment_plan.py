"""A step of a booking's payment plan in the hands of staff, and the list of all money at risk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.search import MomentField
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import VersionForm, because
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.blueprints.staff.rental import plan_rows
from exodrive.blueprints.staff.rental.plan_rows import PlanRow
from exodrive.bookings import queries, transitions
from exodrive.bookings.by_hand import plan_deeds
from exodrive.bookings.by_hand.plan_deeds import StepSettled
from exodrive.bookings.models import Booking
from exodrive.bookings.money import at_risk
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference
from exodrive.payments import steps, tree
from exodrive.payments.models import Payment, Step
from exodrive.payments.steps import StepNotFound
from exodrive.pricing import days
from exodrive.rendering import formats, plan_words

Windows = list[tuple[datetime, datetime]]
DONE = {
    "now": _l("It is being done now."),
    "move": _l("It is planned for the new moment."),
    "skip": _l("It is left out."),
}


class StepForm(VersionForm):
    """Why, and, where it is moved, to when, by the clock of the place of pick-up."""

    due_at = MomentField(_l("New moment"), [Optional()], format="%Y-%m-%dT%H:%M")
    reason = because()


@staff.route("/bookings/<reference>/plan/<uuid:step_id>", methods=["GET", "POST"])
def plan_step(reference: str, step_id: UUID) -> ResponseReturnValue:
    """Look at a step; do it now, move it, or leave it out. Raises StepNotFound or StepSettled."""
    at = clock.now()
    with transaction():
        found = queries.by_reference(read_reference(reference))
        payment, step = _one(found, step_id)
        shown = plan_rows.row(found, payment, step, at=at)
        windows = plan_deeds.possible(payment, step, at=at)
    form = StepForm()
    if request.method == "GET":
        form.version.data = found.version
        form.due_at.data = days.wall_clock(step.due_at, found.pickup_place.time_zone)
    elif _accepts(form, found, shown, windows):
        _perform(form, found, step_id, at=at)
        flash(str(DONE[request.form["deed"]]))
        return pages.to_booking(reference)
    return htmx.page(
        "staff/plan_step.html",
        "main",
        status=422 if form.is_submitted() else 200,
        booking=found,
        zone=found.pickup_place.zone,
        row=shown,
        windows=windows,
        form=form,
    )


@staff.get("/money")
def money() -> ResponseReturnValue:
    """Every payment whose plan is overdue, failed, or comes too late. Raises CursorUnreadable."""
    at = clock.now()
    with transaction():
        zone = ZoneInfo(houses.house().time_zone)
        listing = at_risk.listing(at=at, cursor=request.args.get("after"))
    return htmx.page("staff/money.html", "rows", "more", listing=listing, zone=zone, words=plan_words)


def _one(booking: Booking, step_id: UUID) -> tuple[Payment, Step]:
    for payment in tree.all_of(booking.id):
        if any(row.id == step_id for row in payment.steps):
            return payment, steps.find(payment, step_id)
    raise StepNotFound(str(step_id))


def _accepts(form: StepForm, booking: Booking, shown: PlanRow, windows: Windows) -> bool:
    """Whether what was typed can be done; says at its fields what cannot. Raises StepSettled."""
    deed = request.form.get("deed", "")
    if deed not in shown.deeds:
        raise StepSettled
    valid = bool(form.validate())
    if deed != "move" or form.due_at.errors:
        return valid
    due_at = _due_at(form, booking)
    if due_at is None:
        form.due_at.errors = [_("Choose a date and a time.")]
    elif not any(start <= due_at <= end for start, end in windows):
        form.due_at.errors = [_allowed(windows, booking.pickup_place.zone)]
    return valid and not form.due_at.errors


def _due_at(form: StepForm, booking: Booking) -> datetime | None:
    """The new moment, by the clock of the place of pick-up."""
    typed = form.due_at.data
    return None if typed is None else days.resolve_local(typed, booking.pickup_place.time_zone).at


def _perform(form: StepForm, booking: Booking, step_id: UUID, *, at: datetime) -> None:
    deed = request.form["deed"]
    given = {"due_at": _due_at(form, booking)} if deed == "move" else {}
    reason = form.reason.data or ""
    with transaction():
        transitions.lock(booking.id, version=form.seen)
        DEEDS[deed](booking.id, step_id=step_id, reason=reason, by=people.current_actor(), at=at, **given)


def _allowed(windows: Windows, zone: ZoneInfo) -> str:
    if not windows:
        return _("There is no other moment for it.")
    spans = [
        _(
            "%(start)s to %(end)s",
            start=formats.moment_short(start, zone),
            end=formats.moment_short(end, zone),
        )
        for start, end in windows
    ]
    return _("PayPal answers for the money from %(spans)s.", spans=_(" or ").join(spans))


DEEDS: dict[str, Callable[..., Step]] = {
    "now": plan_deeds.do_now,
    "move": plan_deeds.move,
    "skip": plan_deeds.skip,
}
