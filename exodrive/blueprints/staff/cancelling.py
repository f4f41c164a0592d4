"""Cancelling at the desk: what it costs is shown, then agreed to, then done."""

from __future__ import annotations

from typing import NamedTuple

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import roles
from exodrive.accounts import staff as people
from exodrive.accounts.roles import Role
from exodrive.blueprints import htmx
from exodrive.blueprints.staff import booking as pages
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import CancelForm
from exodrive.blueprints.staff.guard import NotYourRole
from exodrive.bookings import cancelling
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.states import CANCELLABLE, Move
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree


class Outcome(NamedTuple):
    """What cancelling now means for the customer's money."""

    terms: CancellationTerms
    captured: Money
    held: Money

    @property
    def fee(self) -> Money:
        return self.terms.fee

    @property
    def refund(self) -> Money:
        """What goes back of the money that was taken."""
        return max(self.captured - self.fee, Money.zero(self.fee.currency))

    @property
    def released(self) -> Money:
        """What PayPal holds and lets go of."""
        return max(self.held - self.fee, Money.zero(self.fee.currency))


@staff.route("/bookings/<reference>/cancel", methods=["GET", "POST"])
def cancel(reference: str) -> ResponseReturnValue:
    """The policy's fee and refund, and the button. Raises MoveImpossible."""
    with transaction():
        facts = reading.of(reference)
        if facts.booking.state not in CANCELLABLE:
            raise MoveImpossible(facts.state, Move.CANCEL)
        outcome = _outcome(facts)
    form = CancelForm()
    if request.method == "POST" and form.validate():
        _cancel(facts, form)
        flash(_("Cancelled. The customer is told by mail."))
        return pages.to_booking(facts.booking.reference)
    if request.method == "GET":
        form.version.data = facts.booking.version
    form.fee.data = outcome.fee.to_text()
    status = 422 if form.is_submitted() else 200
    return htmx.page(
        "staff/cancel.html",
        "main",
        status=status,
        form=form,
        booking=facts.booking,
        zone=facts.zone,
        outcome=outcome,
        may_excuse=_may_excuse(),
    )


def _cancel(facts: Facts, form: CancelForm) -> None:
    fault = bool(form.houses_fault.data)
    if fault and not _may_excuse():
        raise NotYourRole(Role.MANAGER)
    currency = facts.booking.currency
    fee = Money.zero(currency) if fault else Money.from_text(form.fee.data, currency)
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


def _outcome(facts: Facts) -> Outcome:
    nothing = Money.zero(facts.booking.currency)
    rental = facts.rental
    captured = tree.captured(rental) - tree.refunded(rental) if rental else nothing
    live = tree.live_authorization(rental) if rental and not captured else None
    held = Money(live.amount, live.currency) if live else nothing
    return Outcome(cancelling.terms(facts.booking, at=clock.now()), captured, held)


def _may_excuse() -> bool:
    """Whether who is signed in may say that the fault is the house's."""
    user = people.current()
    return user is not None and roles.reaches(user.role, Role.MANAGER)
