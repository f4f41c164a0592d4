"""The routes of the table of actions: a page that asks, and the post that does it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.action_table.actions import Action
from exodrive.blueprints.staff.action_table.offered import ACTIONS
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.bookings import transitions
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Conflict


class NoLongerOffered(Conflict):
    """The booking does not allow this deed any more, or not yet."""

    code = "move_impossible"


def answer(reference: str, *, action: Action) -> ResponseReturnValue:
    """Ask, or do what was asked. Raises NoLongerOffered where the booking is past it."""
    with transaction():
        facts = reading.of(reference)
    if not action.offered(facts):
        raise NoLongerOffered
    form = action.form(facts)
    if request.method == "GET":
        form.version.data = facts.booking.version
    elif action.accepts(form, facts):
        with transaction():
            transitions.lock(facts.booking.id, version=form.seen)
            action.perform(form, facts, by=people.current_actor(), at=clock.now())
        _tell(action, facts)
        return pages.to_booking(facts.booking.reference)
    status = 422 if form.is_submitted() else 200
    return htmx.page(
        "staff/action.html",
        "main",
        status=status,
        action=action,
        form=form,
        booking=facts.booking,
        text=action.told(facts),
    )


def _tell(action: Action, facts: Facts) -> None:
    if action.undo is None:
        flash(str(action.done))
    else:
        undo = url_for(action.undo, reference=facts.booking.reference)
        flash({"text": str(action.done), "undo": undo})  # type: ignore[arg-type]  # the layout reads both


def _view(action: Action) -> Callable[..., ResponseReturnValue]:
    """A function with a name, which the check against forged forms asks every view for."""

    def view(reference: str) -> ResponseReturnValue:
        return answer(reference, action=action)

    return view


for row in ACTIONS:
    staff.add_url_rule(
        f"/bookings/<reference>/{row.address}",
        endpoint=row.name,
        view_func=_view(row),
        methods=["GET", "POST"],
    )
