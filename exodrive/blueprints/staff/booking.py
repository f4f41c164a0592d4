"""One booking at the desk: everything about it, and what can be done."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts.roles import Role
from exodrive.blueprints import error_texts, errors, htmx
from exodrive.blueprints.error_texts import ErrorText
from exodrive.blueprints.staff import actions, condition_words, course, guard, money_rows, outcome, timeline
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import ActionForm, CancelForm
from exodrive.blueprints.staff.outcome import Outcome
from exodrive.bookings import charging, transitions
from exodrive.bookings.models import POSITIONS
from exodrive.bookings.states import Move
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Conflict
from exodrive.rendering import charge_words


class Pair(NamedTuple):
    """One position of the car, out and back; a side without a photo is None."""

    position: str
    out: UUID | None
    back: UUID | None


@staff.get("/bookings/<reference>")
def booking(reference: str) -> ResponseReturnValue:
    """The page; for htmx its facts alone, while a worker is about to change them."""
    with transaction():
        facts = reading.of(reference)
    return show(facts)


def show(facts: Facts, *, problem: ErrorText | None = None, status: int = 200) -> Response:
    """The booking's page, with what went wrong on top where something did."""
    return htmx.page("staff/booking.html", "facts", status=status, **context(facts), problem=problem)


def to_booking(reference: str) -> ResponseReturnValue:
    return redirect(url_for("staff.booking", reference=reference), 303)


@staff.errorhandler(Conflict)
def overtaken(error: Conflict) -> Response:
    """What was wanted of a booking cannot be any more: why, and the booking as it is now."""
    reference = (request.view_args or {}).get("reference")
    if reference is None:
        return errors.domain_error(error)
    with transaction():
        facts = reading.of(reference)
    return show(facts, problem=error_texts.of_domain_error(error), status=error.status)


def context(facts: Facts) -> dict[str, Any]:
    """What the page shows besides the rows themselves."""
    offered = actions.offered(facts)
    found, ending = facts.booking, outcome.of(facts)
    return {
        "facts": facts,
        "booking": found,
        "zone": facts.zone,
        "steps": course.steps(facts),
        "offered": offered,
        "forms": {name: _form(action, facts) for name, action in offered.items()},
        "can": {move.value: transitions.allowed(found, move) for move in Move},
        "outcome": ending,
        "cancel_form": _cancel_form(facts, ending) if ending else None,
        "may_excuse": guard.is_at_least(Role.MANAGER),
        "nodes": {
            purpose: money_rows.nodes(payment, facts.zone, at=facts.at)
            for purpose, payment in facts.payments.items()
        },
        "sums": {purpose: money_rows.sums(payment) for purpose, payment in facts.payments.items()},
        "deeds": timeline.deeds(facts.history),
        "checks": checks(facts),
        "pairs": pairs(facts),
        "position_words": condition_words.position,
        "fuel_words": condition_words.fuel_short,
        "charges": [
            (charge_words.in_words(row.kind, row.params, currency=found.currency, note=row.note), row.amount)
            for row in found.charges
        ],
        "allowance": charging.allowance(found, facts.rules),
        "attention": ATTENTION.get(found.attention or ""),
        "operation_words": timeline.operation,
    }


def _form(action: actions.Action, facts: Facts) -> ActionForm:
    return ActionForm(
        name=action.name, label=action.reason, formdata=None, data={"version": facts.booking.version}
    )


def _cancel_form(facts: Facts, ending: Outcome) -> CancelForm:
    seen = {"version": facts.booking.version, "fee": ending.fee.to_text()}
    return CancelForm(formdata=None, data=seen)


def checks(facts: Facts) -> list[tuple[bool, str]]:
    """What our own rows say before the keys go out."""
    renter = facts.booking.renter
    return_day = facts.booking.return_at.astimezone(facts.booking.return_place.zone).date()
    licence = renter is not None and renter.licence_until >= return_day
    insured = (
        renter is not None and bool(renter.insurer) and (renter.insured_until or return_day) >= return_day
    )
    return [
        (licence, _("Licence valid past return")),
        (insured, _("Insurance named, valid past return")),
        (facts.paid_for, _("Rental paid for")),
        (facts.agreement_signed, _("Agreement signed")),
        (facts.deposit_held, _("Deposit held")),
    ]


def pairs(facts: Facts) -> list[Pair]:
    """The photos that are there, in the order of a walk around the car; drafts of a report as well."""
    by_kind = {
        kind: {photo.position: photo.file_id for photo in report.photos}
        for kind, report in facts.reports.items()
    }
    out, back = by_kind.get("pickup", {}), by_kind.get("return", {})
    found = [Pair(name, out.get(name), back.get(name)) for name in POSITIONS]
    return [pair for pair in found if pair.out or pair.back]


# Why somebody must look, and what helps. The button is one of the deeds offered.
ATTENTION: dict[str, tuple[Any, Any, str]] = {
    "amount_mismatch": (
        lambda: _("PayPal’s amount is not the one we asked for"),
        lambda: _("Compare the rows below with PayPal before anything else. Nothing goes on by itself."),
        "",
    ),
    "payment_refused": (
        lambda: _("PayPal refused a call"),
        lambda: _("Its code stands with the money below. Mend the cause, then ask again."),
        "retry_payment",
    ),
    "money_without_place": (
        lambda: _("Money came for a place that was gone"),
        lambda: _("It is being released, and the customer was told. Call them: other dates may suit."),
        "",
    ),
    "hold_lost": (
        lambda: _("PayPal ended its hold of the money"),
        lambda: _("The car is kept, but nothing secures the price. Call the customer, or cancel."),
        "",
    ),
    "agreement_declined": (
        lambda: _("The renter declined the agreement"),
        lambda: _("Call and ask why. Then issue a new one, or cancel."),
        "renew",
    ),
    "agreement_expired": (
        lambda: _("The agreement was not signed in time"),
        lambda: _("Call the renter. Then issue a new one, or cancel."),
        "renew",
    ),
    "mail_bounced": (
        lambda: _("A mail came back"),
        lambda: _("The address may be wrong. Call the renter; the page link works without mail."),
        "send_link",
    ),
}
