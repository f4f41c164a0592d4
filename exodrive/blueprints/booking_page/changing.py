"""Changing a booking by its customer: what it would do is shown first, then one clear yes."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import change_refusals, change_words
from exodrive.blueprints.booking_page import change_form, standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.change_form import ChangeForm
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.counter import desk
from exodrive.blueprints.htmx import page
from exodrive.bookings import changes
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.change_rules import CHANGEABLE, CarUnfit, NothingToChange, PolicyForbids
from exodrive.bookings.change.impact import Impact
from exodrive.bookings.change_models import Change
from exodrive.bookings.changes import ChangeSettled
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible, TooManyDrivers
from exodrive.bookings.reservation.ordering import HoldEnded
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Conflict, DomainError
from exodrive.payments import opening, tree
from exodrive.payments.opening import AlreadyPaid


@booking_page.get("/change")
def change(secret: str) -> ResponseReturnValue:
    """The form, or how a change stands that waits for its payment."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
        waiting = changes.waiting(found.booking.id)
        order = _order(waiting) if waiting is not None else None
        form = _form(found, typed=None)
    if waiting is not None:
        return page("booking/change_waiting.html", "changing", standing=found, change=waiting, order=order)
    return _shown(found, form) if found.state in CHANGEABLE else _back(secret)


@booking_page.post("/change")
def look_at_change(secret: str) -> ResponseReturnValue:
    """What the change would do. Nothing is done by it."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
        form = _form(found, typed=request.form)
        impact = _impact(found, form) if found.state in CHANGEABLE else None
    if found.state not in CHANGEABLE:
        return _back(secret)
    if impact is None:
        return _shown(found, form, status=422)
    return _shown(found, form, impact=impact)


@booking_page.post("/change/yes")
def agree_to_change(secret: str) -> ResponseReturnValue:
    """Do what was shown; where that is not possible any more, say so and show the form again."""
    token = request.form.get("token", "")
    try:
        with transaction():
            made = changing.agree(whose(secret), token, secret=_key(), by=CUSTOMER, at=clock.now())
    except HoldEnded:
        return _back(secret)
    except change_refusals.LOOK_AGAIN as error:
        return _once_more(secret, error)
    if made.settled_at is None:
        return redirect(url_for(".change", secret=secret), 303)
    flash(_("Your booking is changed."))
    return _back(secret)


@booking_page.post("/change/pay")
def pay_for_change(secret: str) -> ResponseReturnValue:
    """Have a fresh way to PayPal made for what the change costs more."""
    try:
        with transaction():
            changing.pay(whose(secret), at=clock.now())
    except (ChangeSettled, AlreadyPaid):
        return _back(secret)
    return redirect(url_for(".change", secret=secret), 303)


@booking_page.post("/change/withdraw")
def withdraw_change(secret: str) -> ResponseReturnValue:
    """Leave the booking as it is."""
    try:
        with transaction():
            changing.withdraw(whose(secret), by=CUSTOMER, at=clock.now())
    except ChangeSettled:
        return redirect(url_for(".change", secret=secret), 303)
    flash(_("Your booking stays as it is."))
    return _back(secret)


def _once_more(secret: str, error: DomainError) -> ResponseReturnValue:
    """The same page as things are by now; what was typed stays."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
        open_change = changes.waiting(found.booking.id) is not None
        form = _form(found, typed=request.form if change_refusals.sent_along() else None)
        impact = None if open_change else _impact(found, form)
    if open_change:
        return redirect(url_for(".change", secret=secret), 303)
    return _shown(found, form, impact=impact, refusal=change_refusals.in_words(error), status=409)


def _form(found: Standing, *, typed: Any) -> ChangeForm:
    return change_form.make(
        found.booking,
        typed,
        places=houses.places(),
        cars=[car for car in fleet.on_show(limit=100) if car.currency == found.booking.currency],
        desk=desk(at=found.at, currencies={found.booking.currency}),
    )


def _impact(found: Standing, form: ChangeForm) -> Impact | None:
    """What a form that was sent would do; None, and the words beside its fields, where it cannot be done."""
    if not form.validate():
        return None
    try:
        return changing.preview(found.booking.id, form.wanted(), at=found.at)
    except DatesRefused as error:
        form.refuse_dates(error)
    except NotEligible as error:
        form.refuse_drivers(error)
    except PolicyForbids as error:
        form.form_errors += [*change_words.beyond(error.reasons), _("Call us: the desk may still do it.")]
    except NothingToChange:
        form.form_errors.append(_("This is how your booking is. Change something first."))
    except TooManyDrivers:
        form.form_errors.append(_("That is one driver too many."))
    except (CannotRent, CarUnfit):
        form.form_errors.append(_("We cannot change it so. Call us."))
    except (MoneyUnderWay, HoldEnded) as error:
        form.form_errors.append(change_refusals.in_words(error))
    return None


def _shown(
    found: Standing,
    form: ChangeForm,
    *,
    impact: Impact | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    token = ""
    if impact is not None and impact.free:
        token = change_tokens.sign(impact, secret=_key(), by_staff=False, at=found.at)
    return page(
        "booking/change.html",
        "changing",
        status=status,
        standing=found,
        booking=found.booking,
        form=form,
        impact=impact,
        token=token,
        typed=list(change_refusals.typed()),
        refusal=refusal,
        rows=change_words.rows(impact) if impact else [],
        consequences=list(change_words.consequences(impact)) if impact else [],
    )


def _order(change: Change) -> Any:
    """The order at PayPal that the customer can approve now."""
    if change.payment_id is None:
        raise Conflict
    return opening.usable_order(tree.lock(change.payment_id), at=clock.now())


def _key() -> str:
    return str(current_app.config["SETTINGS"].secret_key)


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
