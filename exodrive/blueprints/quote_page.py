"""A quote for whoever holds its link: the honest price, a yes that leads to the booking, or a no."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from exodrive.availability import queries as availability
from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import counter, search
from exodrive.blueprints.htmx import page
from exodrive.bookings import policy
from exodrive.bookings.quote import quote_accepting, quotes
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import QuoteState
from exodrive.bookings.quote.quotes import QuoteSettled
from exodrive.bookings.reservation import expiry, finding, promoting
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.bookings.reservation.offers import Offer
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.contention import car_lock
from exodrive.kernel.db import transaction

quote_page = Blueprint("quote_page", __name__, url_prefix="/q/<secret>")

LONGEST_WHY = 300
# Far more than a person needs; each look writes a row.
LOOKS = "120 per minute"


def init_app(app: Flask) -> None:
    app.register_blueprint(quote_page)


@quote_page.get("")
@limiter.limit(LOOKS)
def show(secret: str) -> ResponseReturnValue:
    """The quote as it stands. Raises QuoteNotFound."""
    with transaction():
        found = quotes.by_secret(secret)
        if not current_user.is_authenticated:  # staff who look at it are not the customer
            quote_accepting.opened(found.id, at=clock.now())
    return _answer(secret)


@quote_page.post("/accept")
@limiter.limit(LOOKS)
def accept(secret: str) -> ResponseReturnValue:
    """Hold the car at the price of the quote, and go on to the booking's page."""
    at = clock.now()
    with transaction():
        found = quotes.by_secret(secret)
    try:
        with car_lock(found.car_id), transaction():
            desk = counter.desk(at=at, currencies=set())
            _booking, booking_secret = quote_accepting.accept(
                found.id,
                desk=desk,
                prefix=desk.house.reference_prefix,
                key=current_app.config["SECRET_KEY"],
                at=at,
            )
    except (CarTaken, CarBusy, CarWithdrawn, QuoteSettled) as error:
        return _answer(secret, lost=not isinstance(error, QuoteSettled), status=409)
    flash(_("The car is held for you at this price. Tell us who drives."))
    return redirect(url_for("booking_page.show", secret=booking_secret), 303)


@quote_page.post("/decline")
@limiter.limit(LOOKS)
def decline(secret: str) -> ResponseReturnValue:
    """The customer does not want it."""
    why = request.form.get("why", "").replace("\x00", "").strip()[:LONGEST_WHY]
    try:
        with transaction():
            found = quotes.by_secret(secret)
            quote_accepting.decline(found.id, reason=why, at=clock.now())
    except QuoteSettled:
        return _answer(secret, status=409)
    return redirect(url_for("quote_page.show", secret=secret), 303)


@quote_page.get("/accept", endpoint="again")
@quote_page.get("/decline", endpoint="again")
def again(secret: str) -> ResponseReturnValue:
    """Somebody loads the address of a button: the page has it."""
    return redirect(url_for("quote_page.show", secret=secret), 303)


@quote_page.after_request
def keep_to_oneself(response: Response) -> Response:
    """No copy in any cache, since a name and a price are on it; no search engine."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(secret: str, *, lost: bool = False, status: int = 200) -> Response:
    """The page; where the car is gone, with what is free instead. `lost`: somebody was first just now."""
    at = clock.now()
    with transaction():
        found = quotes.by_secret(secret)
        desk = counter.desk(at=at)
        offer = quote_accepting.offer(found, policies=desk.policies)
        code = promoting.code_of(offer.request)
        stands = quote_accepting.stands(found, at=at)
        free = stands and not lost and _is_free(found, offer, at=at)
        near: dict[str, Any] = {"others": [], "similar": []}
        if stands and not free:
            lowered = partial(promoting.all_with_code, typed=code, desk=desk, at=at)
            near = {
                "others": lowered(finding.other_dates(found.car, offer.journey, desk=desk, at=at)),
                "similar": lowered(finding.similar(found.car, offer.journey, desk=desk, at=at)),
            }
        terms = policy.cancellation(offer.price, found.pickup_at, at=at, rules=desk.policies.cancellation)
    return page(
        "booking/quote.html",
        "quote",
        status=status,
        quote=found,
        secret=secret,
        zone=found.pickup_place.zone,
        state="expired" if found.state == QuoteState.OPEN and not stands else found.state,
        stands=stands,
        free=free,
        terms=terms,
        minutes=desk.policies.booking.payment_minutes,
        params=partial(search.journey_params, code=code),
        journey=offer.journey,
        **near,
    )


def _is_free(found: Quote, offer: Offer, *, at: datetime) -> bool:
    """Whether the car can be had; the place that is kept for this quote is in nobody's way."""
    if not offer.car.available:
        return False
    expiry.clear(offer.car.id, offer.period, at=at)
    return availability.is_free(offer.car.id, offer.period, ignoring_booking=found.booking_id)
