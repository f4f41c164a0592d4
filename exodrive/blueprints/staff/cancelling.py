"""Cancelling at the desk: what it costs is shown, then agreed to, then done."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.accounts.roles import Role
from exodrive.blueprints import htmx
from exodrive.blueprints.staff import booking as pages
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff import guard, outcome
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import CancelForm
from exodrive.blueprints.staff.guard import NotYourRole
from exodrive.bookings import cancelling
from exodrive.bookings.states import Move
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money, MoneyError


@staff.route("/bookings/<reference>/cancel", methods=["GET", "POST"])
def cancel(reference: str) -> ResponseReturnValue:
    """The policy's fee and refund, and the button. Raises MoveImpossible."""
    with transaction():
        facts = reading.of(reference)
    found = outcome.of(facts)
    if found is None:
        raise MoveImpossible(facts.state, Move.CANCEL)
    form = CancelForm()
    if request.method == "POST" and form.validate():
        _cancel(facts, form)
        flash(_("Cancelled. The customer is told by mail."))
        return pages.to_booking(facts.booking.reference)
    if request.method == "GET":
        form.version.data = facts.booking.version
    form.fee.data = found.fee.to_text()
    status = 422 if form.is_submitted() else 200
    return htmx.page(
        "staff/cancel.html",
        "main",
        status=status,
        form=form,
        booking=facts.booking,
        zone=facts.zone,
        outcome=found,
        may_excuse=guard.is_at_least(Role.MANAGER),
    )


def _agreed(form: CancelForm, currency: str) -> Money:
    """The fee that the page showed; what is no amount agrees to nothing that could be charged."""
    try:
        return Money.from_text(form.fee.data or "", currency)
    except MoneyError:
        return Money(-1, currency)


def _cancel(facts: Facts, form: CancelForm) -> None:
    fault = bool(form.houses_fault.data)
    if fault and not guard.is_at_least(Role.MANAGER):
        raise NotYourRole(Role.MANAGER)
    currency = facts.booking.currency
    fee = Money.zero(currency) if fault else _agreed(form, currency)
    with transaction():
        cancelling.cancel(
            facts.booking.id,
            agreed_fee=fee,
            by=people.current_actor(),
            at=clock.now(),
            reason=form.reason.data.strip(),
            houses_fault=fault,
            version=form.seen,
        )
