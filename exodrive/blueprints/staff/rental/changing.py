"""Changing a booking at the desk: beyond the policy too, with a reason; by the house's fault at no cost."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.blueprints import change_refusals, change_words, htmx
from exodrive.blueprints.booking_page import change_form
from exodrive.blueprints.booking_page.change_form import ChangeForm
from exodrive.blueprints.counter import desk
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.blueprints.staff.rental import neighbours
from exodrive.bookings import changes, queries
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.change_rules import (
    CHANGEABLE,
    CarUnfit,
    ChangeImpossible,
    ChangeUnexplained,
    NothingToChange,
)
from exodrive.bookings.change.impact import Impact
from exodrive.bookings.change_states import Fault
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible, TooManyDrivers
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError

LONGEST_REASON = 500


@staff.route("/bookings/<reference>/change", methods=["GET", "POST"])
def change(reference: str) -> ResponseReturnValue:
    """The form; sent, it shows what the change would do. Raises ChangeImpossible."""
    return _page(reference, request.form if request.method == "POST" else None)


@staff.post("/bookings/<reference>/change/yes")
def agree_to_change(reference: str) -> ResponseReturnValue:
    """Do what was shown; where that is not possible any more, say so and show it as it is by now.

    Raises ChangeForged, HoldEnded and ChangeImpossible.
    """
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
    try:
        with transaction():
            booking = queries.by_reference(reference)
            made = changing.agree(
                booking.id,
                request.form.get("token", ""),
                secret=_key(),
                by=people.current_actor(),
                reason=reason,
                at=clock.now(),
            )
            told = booking.renter is not None
    except change_refusals.LOOK_AGAIN as error:
        typed = request.form if change_refusals.sent_along() else None
        return _page(reference, typed, refusal=error, reason=reason)
    if made.settled_at is None:
        flash(_("The customer is asked to approve the difference. Until then nothing changes."))
    else:
        flash(
            _("Changed. The customer is told by mail.") if told else _("Changed. The hold’s page shows it.")
        )
    return pages.to_booking(reference)


def _page(
    reference: str, typed: Any, *, refusal: DomainError | None = None, reason: str = ""
) -> ResponseReturnValue:
    """The form with what was typed, and what it would do. Raises ChangeImpossible."""
    with transaction():
        facts = reading.of(reference)
        if facts.booking.state not in CHANGEABLE:
            raise ChangeImpossible(facts.state, "booking")
        waiting = changes.waiting(facts.booking.id)
        form = _form(facts, typed)
        impact = _impact(facts, form) if typed is not None and waiting is None else None
        near = neighbours.rows(impact.neighbours) if impact is not None else []
    status = 422 if typed is not None and impact is None else 200
    if refusal is not None:
        status = refusal.status
    return htmx.page(
        "staff/change.html",
        "main",
        status=status,
        booking=facts.booking,
        zone=facts.zone,
        form=form,
        waiting=waiting,
        impact=impact,
        neighbours=near,
        fault=_fault(),
        token=_token(impact, facts),
        rows=change_words.rows(impact) if impact else [],
        consequences=list(change_words.consequences(impact)) if impact else [],
        beyond=change_words.beyond(impact.beyond_policy) if impact else [],
        typed=list(change_refusals.typed()),
        reason=reason,
        unexplained=isinstance(refusal, ChangeUnexplained),
        refusal=change_refusals.in_words(refusal) if refusal is not None else "",
    )


@staff.post("/bookings/<reference>/change/withdraw")
def withdraw_change(reference: str) -> ResponseReturnValue:
    """Let a change go that waits for its payment. Raises ChangeSettled."""
    with transaction():
        booking = queries.by_reference(reference)
        changing.withdraw(booking.id, by=people.current_actor(), at=clock.now())
    flash(_("The booking stays as it is."))
    return redirect(url_for("staff.booking", reference=reference), 303)


def _form(facts: Facts, typed: Any) -> ChangeForm:
    booking = facts.booking
    return change_form.make(
        booking,
        typed,
        places=houses.places(),
        cars=[car for car in fleet.all_cars(limit=200) if car.currency == booking.currency and car.available],
        desk=desk(at=facts.at, currencies={booking.currency}),
    )


def _impact(facts: Facts, form: ChangeForm) -> Impact | None:
    if not form.validate():
        return None
    try:
        return changing.preview(facts.booking.id, form.wanted(), at=facts.at, fault=_fault(), by_staff=True)
    except DatesRefused as error:
        form.refuse_dates(error)
    except NotEligible as error:
        form.refuse_drivers(error)
    except NothingToChange:
        form.form_errors.append(_("This is how the booking is. Change something first."))
    except TooManyDrivers:
        form.form_errors.append(_("That is one driver too many."))
    except CannotRent:
        form.form_errors.append(_("The house does not rent to this driver."))
    except CarUnfit:
        form.form_errors.append(_("This car is not rented out at present."))
    except MoneyUnderWay as error:
        form.form_errors.append(change_refusals.in_words(error))
    return None


def _fault() -> Fault:
    return Fault.HOUSE if request.form.get("houses_fault") else Fault.CUSTOMER


def _token(impact: Impact | None, facts: Facts) -> str:
    if impact is None or not impact.free:
        return ""
    return change_tokens.sign(impact, secret=_key(), by_staff=True, at=facts.at)


def _key() -> str:
    return str(current_app.config["SETTINGS"].secret_key)
