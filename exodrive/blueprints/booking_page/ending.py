"""Leaving: giving up a hold, cancelling a booking. What it costs is shown before it is done."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import ending_words, search
from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.htmx import page
from exodrive.bookings import ending
from exodrive.bookings.ending import EndingChanged, Way
from exodrive.bookings.reservation import holding, promoting
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import State
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import transaction
from exodrive.pricing.request import PriceRequest


@booking_page.post("/give-up")
def give_up(secret: str) -> ResponseReturnValue:
    """Give the held car back, and look at it again."""
    at = clock.now()
    with transaction():
        booking_id = whose(secret)
        holding.give_up(booking_id, at=at)
        found = standing.load(booking_id, secret, at=at)
    booking = found.booking
    if booking.state != State.EXPIRED:
        return _back(secret)  # it had gone on already
    flash(_("The hold is given up."))
    journey = Journey.of(booking)
    code = promoting.code_of(PriceRequest.from_json(booking.request))
    params: dict[str, Any] = search.journey_params(journey, code=code)
    return redirect(url_for("catalog.car", slug=booking.car.slug, **params), 303)


@booking_page.get("/cancel")
def cancel(secret: str) -> ResponseReturnValue:
    """What cancelling costs now, and what comes back."""
    return _terms(secret)


@booking_page.post("/cancel")
def cancelled(secret: str) -> ResponseReturnValue:
    """Do what was shown; where it would be something else by now, show it again."""
    try:
        with transaction():
            ending.end(
                whose(secret),
                Way.CANCELLED,
                shown=request.form.get("shown", ""),
                by=CUSTOMER,
                at=clock.now(),
            )
    except EndingChanged as error:
        return _terms(secret, changed=True, status=error.status)
    except MoveImpossible:
        return _back(secret)
    flash(_("Cancelled."))
    return _back(secret)


def _terms(secret: str, *, changed: bool = False, status: int = 200) -> ResponseReturnValue:
    at = clock.now()
    with transaction():
        found = standing.load(whose(secret), secret, at=at)
        shown = ending.of(found.booking, Way.CANCELLED, at=at) if found.cancellable else None
    if shown is None:
        return _back(secret)
    return page(
        "booking/cancel.html",
        "cancelling",
        status=status,
        standing=found,
        booking=found.booking,
        ending=shown,
        told=ending_words.told(shown, zone=found.zone),
        changed=changed,
    )


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
