"""Giving the keys, on a phone at the car: check list, photos, miles and fuel."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from exodrive.accounts import staff as people
from exodrive.blueprints import condition_words, htmx
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import Miles, Ticks, VersionForm
from exodrive.blueprints.staff.keys import photos
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.bookings import handover, transitions
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.handover import Condition, NotReady, OdometerBackwards
from exodrive.bookings.states import Move
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale
from exodrive.rendering import formats

MOST_MILES = 2_000_000


class ConditionForm(VersionForm):
    """What is read off and ticked at the car; the photos come beside it."""

    checks = Ticks(choices=[])
    odometer = Miles(
        _l("Odometer, miles"),
        [InputRequired(_l("Read the miles off the dashboard.")), NumberRange(0, MOST_MILES)],
    )
    fuel = SelectField(_l("Fuel, eighths"), coerce=int)
    marks = TextAreaField(_l("Marks"), [Length(max=2000)])

    def condition(self) -> Condition:
        return Condition(
            odometer=self.odometer.data,
            fuel_eighths=self.fuel.data,
            checks=self.checks.data or (),
            marks=(self.marks.data or "").strip(),
        )


def condition_form(checks: tuple[str, ...], *, fuel: int) -> ConditionForm:
    """The form of a report; `fuel` is what the gauge is expected to show."""
    form = ConditionForm(request.args) if request.method == "GET" else ConditionForm()
    form.checks.choices = [(name, condition_words.check(name)) for name in checks]
    form.fuel.choices = [(number, condition_words.fuel(number)) for number in range(8, -1, -1)]
    if request.method == "GET":
        form.checks.data = request.args.getlist("checks")
        if "fuel" not in request.args:
            form.fuel.data = fuel
    return form


@staff.route("/bookings/<reference>/hand-over", methods=["GET", "POST"])
def hand_over(reference: str) -> ResponseReturnValue:
    """The check list; with each tick and photo, htmx asks for what is left. Raises MoveImpossible."""
    facts = _facts(reference)
    checks = handover.pickup_checks(facts.booking)
    form = condition_form(checks, fuel=8)
    if request.method == "POST":
        faults = photos.keep_sent(facts.booking.id, ReportKind.PICKUP)
        if form.validate() and not faults and _hand_over(facts, form):
            flash(_("The keys are out. A safe drive to them."))
            return pages.to_booking(facts.booking.reference)
        form.form_errors = [*form.form_errors, *faults]
        facts = _facts(reference)
    form.version.data = form.version.data or facts.booking.version
    missing = _missing(facts, form)
    blocks = ("missing", "progress") if request.method == "GET" else ("main",)
    return htmx.page(
        "staff/hand_over.html",
        *blocks,
        status=form.status,
        facts=facts,
        booking=facts.booking,
        form=form,
        known=_known(facts),
        slots=slots(facts, ReportKind.PICKUP),
        missing=missing,
        words=condition_words.missing(missing),
        whole=len(_known(facts)) + len(checks) + len(POSITIONS),
    )


def slots(facts: Facts, kind: ReportKind) -> list[dict[str, object]]:
    """The photo positions with what was taken of each so far."""
    report = facts.reports.get(kind)
    taken = {photo.position: photo.file_id for photo in report.photos} if report else {}
    return [
        {
            "name": photos.field(position),
            "words": condition_words.position(position),
            "file_id": taken.get(position),
            "upload": photos.address(facts.booking.reference, kind, position),
            "position": position,
        }
        for position in POSITIONS
    ]


def not_ready(form: ConditionForm, error: NotReady) -> None:
    """Put what is missing on top of the form."""
    form.form_errors = [*form.form_errors, condition_words.missing(error.missing)]


def backwards(form: ConditionForm, error: OdometerBackwards) -> None:
    least = formats.number(error.least)
    form.odometer.errors = [_("It cannot show less than before: %(least)s.", least=least)]


def _facts(reference: str) -> Facts:
    with transaction():
        facts = reading.of(reference)
    if not transitions.allowed(facts.booking, Move.HAND_OVER):
        raise MoveImpossible(facts.state, Move.HAND_OVER)
    return facts


def _hand_over(facts: Facts, form: ConditionForm) -> bool:
    try:
        with transaction():
            handover.hand_over(
                facts.booking.id,
                form.condition(),
                by=people.current_actor(),
                at=clock.now(),
                version=form.seen,
            )
    except Stale:
        form.overtaken()
    except NotReady as error:
        not_ready(form, error)
    except OdometerBackwards as error:
        backwards(form, error)
    else:
        return True
    return False


def _known(facts: Facts) -> dict[str, bool]:
    """What our own rows answer, without asking for the form's ticks."""
    waived = facts.booking.deposit_waiver is not None
    addendum = {"addendum": not facts.keys_wait} if facts.addenda else {}
    return {
        "payment": facts.paid_for,
        "agreement": facts.agreement_signed,
        **addendum,
        "deposit": facts.deposit_held or waived,
    }


def _missing(facts: Facts, form: ConditionForm) -> list[str]:
    ticked = form.checks.data or []
    return [
        *(name for name, green in _known(facts).items() if not green),
        *(name for name in handover.pickup_checks(facts.booking) if name not in ticked),
        *missing_photos(facts, ReportKind.PICKUP),
    ]


def missing_photos(facts: Facts, kind: ReportKind) -> list[str]:
    report = facts.reports.get(kind)
    taken = {photo.position for photo in report.photos} if report else set()
    return [condition_words.PHOTO + name for name in POSITIONS if name not in taken]
