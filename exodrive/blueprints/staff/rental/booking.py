"""One booking at the desk: everything about it, and what can be done."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.blueprints import condition_words, document_words, error_texts, errors, htmx
from exodrive.blueprints.error_texts import ErrorText
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.action_table import actions
from exodrive.blueprints.staff.action_table.actions import Action
from exodrive.blueprints.staff.action_table.offered import ACTIONS
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.finding import find
from exodrive.blueprints.staff.forms import LONGEST_REASON, ActionForm
from exodrive.blueprints.staff.rental import course, money_rows, plan_rows, refused_rows, timeline
from exodrive.bookings import attention, queries, transitions
from exodrive.bookings.charge import charging
from exodrive.bookings.condition_models import POSITIONS
from exodrive.bookings.states import Move
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Conflict
from exodrive.kernel.ids import read_reference
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.rendering import charge_words, receipt_words


class Kept(NamedTuple):
    """What somebody had typed into a deed's dialog when the booking was past it: nobody types it twice."""

    deed: str
    words: str


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
    find.remember(facts.booking.reference)
    return show(facts)


def show(
    facts: Facts, *, problem: ErrorText | None = None, kept: Kept | None = None, status: int = 200
) -> Response:
    """The booking's page, with what went wrong on top where something did, and what was typed meanwhile."""
    shown = context(facts, kept=kept)
    return htmx.page("staff/booking.html", "facts", status=status, **shown, problem=problem)


@staff.post("/bookings/<reference>/attention")
def restore_attention(reference: str) -> ResponseReturnValue:
    """It was not dealt with after all. Raises NothingToRestore."""
    with transaction():
        found = queries.by_reference(read_reference(reference))
        attention.restore(found.id, by=people.current_actor(), at=clock.now())
    flash(_("It needs somebody again."))
    return to_booking(found.reference)


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
    return show(facts, problem=error_texts.of_domain_error(error), kept=_kept(), status=error.status)


def _kept() -> Kept | None:
    words = request.form.get("reason", "").strip()[:LONGEST_REASON]
    return Kept((request.endpoint or "").removeprefix("staff."), words) if words else None


def context(facts: Facts, *, kept: Kept | None = None) -> dict[str, Any]:
    """What the page shows besides the rows themselves."""
    offered = actions.offered(facts, ACTIONS)
    found = facts.booking
    return {
        "facts": facts,
        "booking": found,
        "zone": facts.zone,
        "steps": course.steps(facts),
        "offered": offered,
        "kept": kept,
        "undoable": found.attention is None and attention.cleared_lately(facts.history, at=facts.at),
        "forms": {name: _form(action, facts, kept) for name, action in offered.items()},
        "can": {move.value: transitions.allowed(found, move) for move in Move},
        "nodes": [
            (payment, money_rows.nodes(payment, facts.zone, at=facts.at)) for payment in facts.all_payments
        ],
        "receipts": [(row, receipts.left(row, facts.receipts)) for row in facts.receipts],
        "receipt_words": receipt_words,
        "document_name": document_words.name,
        "hand_back": Money(found.hand_back, found.currency),
        "plan": plan_rows.rows(found, facts.all_payments, at=facts.at),
        "refused": refused_rows.rows(facts.all_payments),
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
    }


def _form(action: Action, facts: Facts, kept: Kept | None) -> ActionForm:
    seen = {"version": facts.booking.version, "reason": _words_of(action.name, kept)}
    return action.form(facts, formdata=None, data=seen)


def _words_of(deed: str, kept: Kept | None) -> str:
    return kept.words if kept is not None and kept.deed == deed else ""


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
        *([(not facts.keys_wait, _("Change signed"))] if facts.addenda else []),
        _deposit(facts),
    ]


def _deposit(facts: Facts) -> tuple[bool, str]:
    if facts.booking.deposit_waiver is not None and not facts.deposit_held:
        return True, _("Deposit waived")
    return facts.deposit_held, _("Deposit held")


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
        lambda: _("Below, under Money, stands what it means and what helps."),
        "retry_payment",
    ),
    "money_without_place": (
        lambda: _("Money came for a place that was gone"),
        lambda: _("It is being released, and the customer was told. Call them: other dates may suit."),
        "",
    ),
    "hold_lost": (
        lambda: _("PayPal ended its hold of the money"),
        lambda: _("Nothing secures the price. The customer was asked to approve it again: call, or cancel."),
        "",
    ),
    "hold_ending": (
        lambda: _("PayPal’s hold of the money ends soon"),
        lambda: _("Nothing takes it by itself. Capture it, or let go of it, before the day in its plan."),
        "",
    ),
    "deposit_lost": (
        lambda: _("PayPal ended its hold of the deposit"),
        lambda: _("Nothing secures the car. Before the return the customer was asked to approve it again."),
        "take_deposit",
    ),
    "deposit_due": (
        lambda: _("The deposit’s last day is near, and a claim keeps it"),
        lambda: _("Assess the charge and settle, or drop it: nobody may keep a deposit past its day."),
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
    "bill_trouble": (
        lambda: _("A bill needs somebody"),
        lambda: _("Its page says what PayPal refused, or what was paid twice."),
        "",
    ),
    "car_late": (
        lambda: _("A late car runs into its next rental"),
        lambda: _("Give the next one another car or other dates, by our fault, or say how it was solved."),
        "solve_conflict",
    ),
    "mail_bounced": (
        lambda: _("A mail came back"),
        lambda: _("The address may be wrong. Call the renter; the page link works without mail."),
        "send_link",
    ),
}
