"""Settling at the desk: which charges stay, what that takes from the deposit, and what goes back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import LONGEST_REASON, Ticks, VersionForm
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.bookings import transitions
from exodrive.bookings.money import settlement
from exodrive.bookings.money.settlement import AlreadySettling, BeyondDeposit, ChargesContested
from exodrive.bookings.states import Move
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money, MoneyError, total
from exodrive.payments import tree
from exodrive.rendering import charge_words, formats


class SettleForm(VersionForm):
    """`bill` is what was shown as exceeding the deposit: what was agreed to is what is done."""

    bill = HiddenField()
    charges = Ticks(_l("Charges"), coerce=str, choices=[], validate_choice=True)
    reason = TextAreaField(_l("Why charges are dropped"), [Length(max=LONGEST_REASON)])


class Sums(NamedTuple):
    """What the settlement does with the money. `charged` comes from the deposit first."""

    captured: Money  # of the rental, already
    to_capture: Money  # of the rental, by this settlement
    held: Money  # of the deposit, or taken from it by hand
    charged: Money

    @property
    def taken(self) -> Money:
        """From the deposit."""
        return min(self.charged, self.held)

    @property
    def released(self) -> Money:
        return self.held - self.taken

    @property
    def billed(self) -> Money:
        """What the charges exceed the deposit by."""
        return self.charged - self.taken


@staff.route("/bookings/<reference>/settle", methods=["GET", "POST"])
def settle(reference: str) -> ResponseReturnValue:
    """The charges with their sums, which follow each tick. Raises MoveImpossible, AlreadySettling."""
    facts = _facts(reference)
    form = _form(facts)
    if request.method == "POST" and form.validate() and _complete(facts, form) and _settle(facts, form):
        flash(_("Settled. PayPal is told now; the invoice follows."))
        return pages.to_booking(facts.booking.reference)
    if request.method == "POST":
        facts = _facts(reference)  # what was read before went with a transaction that failed
    status = 422 if request.method == "POST" else 200
    chosen = form.charges.data or []
    blocks = ("sums",) if request.method == "GET" else ("settle_form",)
    return htmx.page(
        "staff/settle.html",
        *blocks,
        status=status,
        form=form,
        booking=facts.booking,
        zone=facts.zone,
        rows=_rows(facts),
        chosen=chosen,
        sums=_sums(facts, chosen),
    )


def _facts(reference: str) -> Facts:
    with transaction():
        facts = reading.of(reference)
    if not transitions.allowed(facts.booking, Move.SETTLE):
        raise MoveImpossible(facts.state, Move.SETTLE)
    if facts.booking.settling_at is not None:
        raise AlreadySettling
    return facts


def _form(facts: Facts) -> SettleForm:
    """All charges are ticked until somebody takes one off: an unticked box sends nothing."""
    ids = [str(row.id) for row in facts.booking.charges]
    asked_again = request.method == "GET" and "version" in request.args
    form = SettleForm(request.args) if asked_again else SettleForm()
    form.charges.choices = [(row_id, row_id) for row_id in ids]
    if request.method == "GET" and not asked_again:
        form.charges.data = ids
        form.version.data = facts.booking.version
    elif asked_again:
        form.charges.data = [row_id for row_id in request.args.getlist("charges") if row_id in ids]
    return form


def _complete(facts: Facts, form: SettleForm) -> bool:
    """A charge is let go for a reason only: it was due by the rules that the customer agreed to."""
    dropped = len(form.charges.data or []) < len(facts.booking.charges)
    if dropped and not (form.reason.data or "").strip():
        form.reason.errors = [_("Say why a charge is dropped: it stays in the record.")]
        return False
    return True


def _settle(facts: Facts, form: SettleForm) -> bool:
    try:
        with transaction():
            settlement.settle(
                facts.booking.id,
                charge_ids={UUID(row_id) for row_id in form.charges.data or []},
                by=people.current_actor(),
                at=clock.now(),
                version=form.seen,
                reason=(form.reason.data or "").strip() or None,
                bill=_agreed(form, facts.booking.currency),
            )
    except BeyondDeposit as error:
        form.charges.errors = [_beyond(error)]
        return False
    except ChargesContested:
        form.charges.errors = [
            _("A charge is still being assessed, or an objection to it is not answered. Do that first.")
        ]
        return False
    return True


def _agreed(form: SettleForm, currency: str) -> Money:
    """The bill that the page showed; nothing where it showed none."""
    try:
        return Money.from_text(form.bill.data or "0", currency)
    except MoneyError:
        return Money.zero(currency)


def _beyond(error: BeyondDeposit) -> str:
    if not error.bill:
        return _(
            "The deposit holds %(held)s: nothing is billed. Look once more.", held=formats.money(error.held)
        )
    return _(
        "The deposit holds %(held)s. The other %(bill)s would be billed: look at it, and confirm.",
        held=formats.money(error.held),
        bill=formats.money(error.bill),
    )


def _rows(facts: Facts) -> list[tuple[str, Any, Money]]:
    currency = facts.booking.currency
    return [
        (
            str(row.id),
            charge_words.in_words(row.kind, row.params, currency=currency, note=row.note),
            Money(row.amount, currency),
        )
        for row in facts.booking.charges
    ]


def _sums(facts: Facts, chosen: Collection[str]) -> Sums:
    currency = facts.booking.currency
    nothing = Money.zero(currency)
    rental = facts.rental
    live = tree.live_authorization(rental) if rental else None
    to_capture = min(rental.money - tree.captured(rental), tree.left(live)) if rental and live else nothing
    charges = (Money(row.amount, currency) for row in facts.booking.charges if str(row.id) in chosen)
    return Sums(
        captured=settlement.kept(rental) if rental else nothing,
        to_capture=to_capture,
        held=settlement.secured(facts.booking, facts.deposit),
        charged=total(charges, currency=currency),
    )
