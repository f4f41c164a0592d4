"""Ending a booking at the desk before its keys: what it would do is shown, then agreed to, then done."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.accounts.roles import Role
from exodrive.blueprints import ending_words, error_texts, htmx
from exodrive.blueprints.staff import guard
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import EndForm
from exodrive.blueprints.staff.guard import NotYourRole
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.blueprints.staff.rental import neighbours
from exodrive.bookings import ending, queries
from exodrive.bookings.ending import EndingChanged, Way
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference

HOUSES_FAULT = "houses_fault"  # in addresses and forms


@staff.route("/bookings/<reference>/cancel", methods=["GET", "POST"])
def cancel(reference: str) -> ResponseReturnValue:
    """By the policy, or at no cost where the fault is the house's. Raises MoveImpossible and NotYourRole."""
    way = Way.HOUSES_FAULT if request.values.get(HOUSES_FAULT) else Way.CANCELLED
    if way is Way.HOUSES_FAULT and not guard.is_at_least(Role.MANAGER):
        raise NotYourRole(Role.MANAGER)
    return _answer(reference, way)


@staff.route("/bookings/<reference>/miss", methods=["GET", "POST"])
def miss(reference: str) -> ResponseReturnValue:
    """The customer did not come. Raises MoveImpossible and TooEarly."""
    return _answer(reference, Way.MISSED)


def _answer(reference: str, way: Way) -> ResponseReturnValue:
    """Show what it would do; or do what was shown, and show it once more where that has changed."""
    form = EndForm(missed=way is Way.MISSED)
    if request.method == "GET" or not form.validate():
        return _shown(reference, way, form, status=422 if request.method == "POST" else 200)
    try:
        with transaction():
            ending.end(
                queries.by_reference(read_reference(reference)).id,
                way,
                shown=form.shown.data or "",
                by=people.current_actor(),
                at=clock.now(),
                reason=form.reason.data,
            )
    except EndingChanged as error:
        return _shown(reference, way, form, refusal=error, status=error.status)
    flash(
        _("Recorded. PayPal is told now.")
        if way is Way.MISSED
        else _("Cancelled. The customer is told by mail.")
    )
    return pages.to_booking(reference)


def _shown(
    reference: str, way: Way, form: EndForm, *, refusal: EndingChanged | None = None, status: int
) -> ResponseReturnValue:
    with transaction():
        booking = queries.by_reference(read_reference(reference))
        found = ending.of(booking, way, at=clock.now())
        zone = booking.pickup_place.zone
        near = neighbours.rows(found.neighbours)
    return htmx.page(
        "staff/end.html",
        "main",
        status=status,
        booking=booking,
        zone=zone,
        form=form,
        ending=found,
        told=ending_words.told(found, zone=zone, to_staff=True),
        neighbours=near,
        may_excuse=guard.is_at_least(Role.MANAGER),
        refusal=error_texts.of_domain_error(refusal) if refusal is not None else None,
    )
