"""A booking's charges at the desk: what is charged, what shows it, and what the customer says to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.blueprints import condition_words, error_texts, figures, htmx, typed_money
from exodrive.blueprints.error_texts import ErrorText
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.charging import charge_form
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import LONGEST_REASON
from exodrive.bookings import transitions
from exodrive.bookings.after_return import evidence, late_charges, lowering, objections
from exodrive.bookings.after_return.evidence import Sent, Shown
from exodrive.bookings.after_return.late_charges import ChargeUnusable
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge import charging
from exodrive.bookings.charge.charge_models import Answer, ChargeObjection
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, Charge, ChargeKind
from exodrive.bookings.money.settlement import ReasonMissing
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Refused, Stale
from exodrive.kernel.money import Money
from exodrive.pricing import days
from exodrive.rendering import charge_words
from exodrive.rendering.charge_words import Words
from exodrive.storage import pictures

DEEDS = "any('assess', 'drop', 'answer', 'evidence', 'lower')"
MOST_DAYS = 365


class Row(NamedTuple):
    """One charge as the page shows it."""

    charge: Charge
    words: Words
    amount: Money
    evidence: list[Shown]
    objection: ChargeObjection | None


@staff.get("/bookings/<reference>/charges")
def charges(reference: str) -> ResponseReturnValue:
    """All charges that the booking ever had, and what can be done about each."""
    return _page(reference)


@staff.post("/bookings/<reference>/charges")
def add_charge(reference: str) -> ResponseReturnValue:
    """Enter a charge with what shows it. Raises ChargesClosed, AlreadySettling, Stale."""
    try:
        sent = _sent()
        with transaction():
            facts = reading.of(reference)
            _add(facts, sent, at=facts.at)
    except Refused as refusal:
        return _page(reference, problem=error_texts.of_domain_error(refusal))
    flash(_("The charge is entered, and the renter is told."))
    return _back(reference)


@staff.post(f"/bookings/<reference>/charges/<uuid:charge_id>/<{DEEDS}:deed>")
def change_charge(reference: str, charge_id: UUID, deed: str) -> ResponseReturnValue:
    """Assess, drop, show or lower a charge, or answer an objection.

    Raises ChargeNotFound, ChargeClosed, AlreadyBilled, Stale.
    """
    try:
        sent = _sent() if deed == "evidence" else []
        with transaction():
            facts = reading.of(reference)
            transitions.lock(facts.booking.id, version=_seen())
            said = DEED[deed](facts.booking, charge_id, sent, facts.at)
    except Refused as refusal:
        return _page(reference, problem=error_texts.of_domain_error(refusal))
    flash(said)
    return _back(reference)


def _page(reference: str, *, problem: ErrorText | None = None) -> Response:
    with transaction():
        facts = reading.of(reference)
        rows = _rows(facts.booking)
        photographed = evidence.photographed(facts.booking.id)
        takes_more = late_charges.takes_more(facts.booking)
        day_price = charging.day_price(facts.booking)
    return htmx.page(
        "staff/charges.html",
        "main",
        status=422 if problem else 200,
        booking=facts.booking,
        zone=facts.zone,
        rows=rows,
        problem=problem,
        takes_more=takes_more,
        closed=facts.booking.closed_at is not None,
        kinds={kind.value: words() for kind, words in charge_form.ENTERED.items()},
        positions=[(position, condition_words.position(position)) for position in photographed],
        position_words=condition_words.position,
        day_price=day_price,
        typed=request.form if problem else {},
    )


def _rows(booking: Booking) -> list[Row]:
    found = booked.all_of(booking.id)
    shown, said = evidence.of_charges(booking.id, found), objections.of_charges(found)
    return [
        Row(
            row,
            charge_words.in_words(row.kind, row.params, currency=booking.currency, note=row.note),
            Money(row.amount, booking.currency),
            shown[row.id],
            said.get(row.id),
        )
        for row in found
    ]


def _add(facts: Facts, sent: list[Sent], *, at: datetime) -> None:
    booking = facts.booking
    by = people.current_actor()
    charge = late_charges.add(
        booking.id,
        _line(booking),
        claimed="claimed" in request.form,
        arose_at=_arose_at(facts),
        by=by,
        at=at,
        version=_seen(),
    )
    positions = request.form.getlist("position")
    evidence.add(booking.id, charge.id, sent=sent, positions=positions, by=by, at=at)


def _line(booking: Booking) -> ChargeLine:
    """What is typed. Raises ChargeUnusable, ReasonMissing."""
    try:
        kind = ChargeKind(request.form.get("kind", ""))
    except ValueError as error:
        raise ChargeUnusable from error
    note = request.form.get("note", "").strip()[: charge_form.LONGEST_NOTE]
    lost = figures.whole(request.form.get("days", ""))
    if kind is ChargeKind.LOSS_OF_USE and lost:
        if not 0 < lost <= MOST_DAYS:
            raise ChargeUnusable
        return charging.loss_of_use(booking, days=lost, note=note)
    if kind not in charge_form.ENTERED:
        raise ChargeUnusable
    if not note:
        raise ReasonMissing
    return ChargeLine(kind, _amount(booking.currency), note=note)


def _amount(currency: str) -> Money:
    typed = typed_money.read(request.form.get("amount"), currency)
    if typed is None:
        raise ChargeUnusable
    return typed


def _arose_at(facts: Facts) -> datetime | None:
    """By the clock of the place of pick-up; None for now."""
    typed = request.form.get("arose_at", "").strip()
    if not typed:
        return None
    try:
        return days.resolve_local(datetime.fromisoformat(typed).replace(tzinfo=None), facts.zone.key).at
    except (ValueError, OverflowError) as error:
        raise ChargeUnusable from error


def _sent() -> list[Sent]:
    """The files that came with the form, checked. Raises NotAPicture, NotADocument and their like."""
    found = [file for file in request.files.getlist("files") if file.filename]
    if len(found) > evidence.MOST:
        raise evidence.TooMuchEvidence
    return [
        evidence.check(file.filename or "", file.stream.read(pictures.LARGEST_FILE + 1)) for file in found
    ]


def _assess(booking: Booking, charge_id: UUID, _sent: list[Sent], at: datetime) -> str:
    amount = _amount(booking.currency)
    late_charges.assess(booking.id, charge_id, amount=amount, by=people.current_actor(), at=at)
    return _("Assessed. The amount stands now.")


def _drop(booking: Booking, charge_id: UUID, _sent: list[Sent], at: datetime) -> str:
    late_charges.drop(booking.id, charge_id, reason=_reason(), by=people.current_actor(), at=at)
    return _("Let go. It stays in the record.")


def _answer(booking: Booking, charge_id: UUID, _sent: list[Sent], at: datetime) -> str:
    try:
        outcome = Answer(request.form.get("outcome", ""))
    except ValueError as error:
        raise objections.ObjectionUnusable from error
    objections.answer(
        booking.id,
        charge_id,
        outcome=outcome,
        words=_reason(),
        amount=_amount(booking.currency) if outcome is Answer.REDUCED else None,
        by=people.current_actor(),
        at=at,
    )
    return _("Answered. The renter is told.")


def _lower(booking: Booking, charge_id: UUID, _sent: list[Sent], at: datetime) -> str:
    lowering.lower(
        booking.id,
        charge_id,
        amount=_amount(booking.currency),
        reason=_reason(),
        by=people.current_actor(),
        at=at,
    )
    return _("Lowered. The credit note goes to the renter.")


def _evidence(booking: Booking, charge_id: UUID, sent: list[Sent], at: datetime) -> str:
    positions = request.form.getlist("position")
    evidence.add(booking.id, charge_id, sent=sent, positions=positions, by=people.current_actor(), at=at)
    return _("Added. The renter sees it on the booking’s page.")


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def _seen() -> int:
    """The version that the page was made from. Raises Stale for one that is no number."""
    version = figures.whole(request.form.get("version", ""))
    if version is None:
        raise Stale
    return version


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("staff.charges", reference=reference), 303)


DEED: dict[str, Callable[[Booking, UUID, list[Sent], datetime], str]] = {
    "assess": _assess,
    "drop": _drop,
    "answer": _answer,
    "evidence": _evidence,
    "lower": _lower,
}
