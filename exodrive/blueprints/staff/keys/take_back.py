"""Taking the car back: the same photos beside those of the pick-up, and what is to be charged."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.blueprints import condition_words, htmx
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.charging import charge_form, claim_form
from exodrive.blueprints.staff.charging.charge_form import ChargeForm
from exodrive.blueprints.staff.charging.claim_form import ClaimForm
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.keys import handover, photos
from exodrive.blueprints.staff.keys.handover import ConditionForm
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.bookings import handover as keys
from exodrive.bookings import transitions
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.handover import RETURN_CHECKS, NotReady, OdometerBackwards
from exodrive.bookings.states import Move
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale

FULL = 8  # eighths


@staff.route("/bookings/<reference>/take-back", methods=["GET", "POST"])
def take_back(reference: str) -> ResponseReturnValue:
    """The check list with the proposed charges, which follow the reading. Raises MoveImpossible."""
    facts = _facts(reference)
    form = handover.condition_form(RETURN_CHECKS, fuel=_fuel_out(facts))
    if request.method == "POST":
        faults = photos.keep_sent(facts.booking.id, ReportKind.RETURN)
        valid = form.validate()
        charges, claim = _charges(facts, form), _claim(facts, form)
        if valid and not faults and _take_back(facts, form, charges, claim):
            flash(_("The car is back. Settle when the inspection is done."))
            return pages.to_booking(facts.booking.reference)
        form.form_errors = [
            *form.form_errors,
            *faults,
            *charges.faults,
            *([claim.fault] if claim.fault else []),
        ]
        facts = _facts(reference)
    else:
        charges, claim = _charges(facts, form), _claim(facts, form)
    form.version.data = form.version.data or facts.booking.version
    missing = _missing(facts, form)
    blocks = ("charges", "missing", "progress") if request.method == "GET" else ("main",)
    return htmx.page(
        "staff/take_back.html",
        *blocks,
        status=form.status,
        facts=facts,
        booking=facts.booking,
        form=form,
        charges=charges,
        claim=claim,
        kinds=charge_form.KIND_WORDS,
        slots=handover.slots(facts, ReportKind.RETURN),
        out_photos={photo.position: photo.file_id for photo in facts.out.photos} if facts.out else {},
        fuel_words=condition_words.fuel_short,
        missing=missing,
        words=condition_words.missing(missing),
        whole=len(RETURN_CHECKS) + len(POSITIONS),
    )


def _facts(reference: str) -> Facts:
    with transaction():
        facts = reading.of(reference)
    if not transitions.allowed(facts.booking, Move.TAKE_BACK):
        raise MoveImpossible(facts.state, Move.TAKE_BACK)
    return facts


def _charges(facts: Facts, form: ConditionForm) -> ChargeForm:
    """The charges for what is typed now; none are proposed before there is a reading."""
    odometer, fuel = form.odometer.data, form.fuel.data
    proposals: list[ChargeLine] = []
    if isinstance(odometer, int) and isinstance(fuel, int):
        with transaction():
            proposals = keys.proposed_charges(
                facts.booking, odometer=odometer, fuel_eighths=fuel, at=clock.now()
            )
    return charge_form.of(proposals, request.values, currency=facts.booking.currency)


def _claim(facts: Facts, form: ConditionForm) -> ClaimForm:
    return claim_form.of(request.values, marks=form.marks.data, currency=facts.booking.currency)


def _take_back(facts: Facts, form: ConditionForm, charges: ChargeForm, claim: ClaimForm) -> bool:
    lines = charges.lines()
    if charges.faults or claim.fault:
        return False
    if not charges.seen:
        form.form_errors = [*form.form_errors, _("Look at the charges below: they follow from the reading.")]
        return False
    try:
        with transaction():
            keys.take_back(
                facts.booking.id,
                form.condition(),
                charges=lines,
                claim=claim.claim,
                by=people.current_actor(),
                at=clock.now(),
                version=form.seen,
            )
    except Stale:
        form.overtaken()
    except NotReady as error:
        handover.not_ready(form, error)
    except OdometerBackwards as error:
        handover.backwards(form, error)
    else:
        return True
    return False


def _fuel_out(facts: Facts) -> int:
    return facts.out.fuel_eighths if facts.out and facts.out.fuel_eighths is not None else FULL


def _missing(facts: Facts, form: ConditionForm) -> list[str]:
    ticked: list[str] = form.checks.data or []
    unticked = [name for name in RETURN_CHECKS if name not in ticked]
    return [*unticked, *handover.missing_photos(facts, ReportKind.RETURN)]
