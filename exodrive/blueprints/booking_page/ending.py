"""Leaving: giving up a hold, cancelling a booking. What it costs is shown before it is done."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import figures, search
from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.htmx import page
from exodrive.bookings import cancelling, holding
from exodrive.bookings.cancelling import TermsChanged
from exodrive.bookings.offers import Journey
from exodrive.bookings.states import State
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree


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
    journey = Journey(booking.pickup_place, booking.return_place, booking.pickup_at, booking.return_at)
    params: dict[str, Any] = search.journey_params(journey)
    return redirect(url_for("catalog.car", slug=booking.car.slug, **params), 303)


@booking_page.get("/cancel")
def cancel(secret: str) -> ResponseReturnValue:
    """What cancelling costs now, and what comes back."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
    return _terms(found) if found.cancellable else _back(secret)


@booking_page.post("/cancel")
def cancelled(secret: str) -> ResponseReturnValue:
    """Cancel for the fee that was shown; where it has changed since, show it again."""
    at = clock.now()
    with transaction():
        booking_id = whose(secret)
        currency = standing.load(booking_id, secret, at=at).booking.currency
    try:
        with transaction():
            cancelling.cancel(booking_id, agreed_fee=_agreed(currency), at=at)
    except TermsChanged:
        with transaction():
            found = standing.load(booking_id, secret, at=at)
        return _terms(found, changed=True, status=409)
    except MoveImpossible:
        return _back(secret)
    flash(_("Cancelled."))
    return _back(secret)


def _terms(found: Standing, *, changed: bool = False, status: int = 200) -> ResponseReturnValue:
    fee = found.terms.fee if found.terms else Money.zero(found.booking.currency)
    return page(
        "booking/cancel.html",
        "cancelling",
        status=status,
        standing=found,
        booking=found.booking,
        fee=fee,
        comes_back=_paid(found) - fee,
        changed=changed,
    )


def _paid(found: Standing) -> Money:
    """What PayPal holds or has taken for the rental."""
    rental = found.rental
    if rental is None:
        return Money.zero(found.booking.currency)
    held = tree.live_authorization(rental)
    return Money(held.amount, held.currency) if held else tree.captured(rental) - tree.refunding(rental)


def _agreed(currency: str) -> Money:
    """The fee that the page showed; what is no figure agrees to nothing that could be charged."""
    shown = figures.whole(request.form.get("agreed_fee", ""))
    return Money(-1 if shown is None else shown, currency)


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
