"""Booking a car that was found: the hold, and what to do where somebody else was first."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import car_page, counter, promises, promo_codes, search
from exodrive.blueprints.htmx import page
from exodrive.blueprints.promises import Promise
from exodrive.blueprints.visitors import visitor
from exodrive.bookings.reservation import finding, holding, offers, promoting
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.extensions import limiter
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.contention import car_lock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.quotes import QuoteExpired, QuoteForged
from exodrive.rendering import formats

checkout = Blueprint("checkout", __name__)

# Far more than a person needs, even with a family behind one address; enough to hinder holding a whole fleet.
HOLDS = "120 per minute"


def init_app(app: Flask) -> None:
    app.register_blueprint(checkout)


class Held(NamedTuple):
    """A hold that was taken. `earlier` names another car that the visitor had held until now."""

    secret: str
    earlier: str | None


@checkout.post("/cars/<slug>/hold")
@limiter.limit(HOLDS)
def hold(slug: str) -> ResponseReturnValue:
    """Hold the car at the price that was shown, and go on to the booking's page."""
    at = clock.now()
    token = request.form.get("promise", "")
    try:
        promise = promises.read(token, secret=current_app.config["SECRET_KEY"], at=at)
    except QuoteExpired:
        return _new_price(slug, token, at=at)
    with transaction():
        car = fleet.car(slug)
    if promise.quote.request.car_id != car.id:
        raise QuoteForged
    try:
        held = _hold(car, promise, at=at)
    except (CarTaken, CarBusy, CarWithdrawn) as error:
        return _lost(promise, token, busy=isinstance(error, CarBusy), at=at)
    except PromotionRefused as error:
        return _without_code(slug, error, at=at)
    flash(_("Held for you. The clock is running."))
    if held.earlier:
        flash(_("You hold one car at a time: the %(car)s is free for others again.", car=held.earlier))
    return redirect(url_for("booking_page.show", secret=held.secret), 303)


@checkout.get("/cars/<slug>/hold")
def hold_again(slug: str) -> ResponseReturnValue:
    """Somebody loads the address of the button: the car's page has it."""
    return redirect(url_for("catalog.car", slug=slug), 303)


def _hold(car: Car, promise: Promise, *, at: datetime) -> Held:
    with car_lock(car.id), transaction():
        desk = counter.desk(at=at, currencies=set())
        quote = promise.quote
        offer = offers.assemble(car, promise.journey(), quote.request, quote.price, policies=desk.policies)
        before = holding.live_hold(visitor(), at=at)
        earlier = fleet.car_by_id(before.car_id) if before and before.car_id != car.id else None
        _booking, secret = holding.hold(
            offer,
            policies=desk.policies,
            prefix=desk.house.reference_prefix,
            visitor=visitor(),
            key=current_app.config["SECRET_KEY"],
            at=at,
        )
    return Held(secret, earlier.name if earlier else None)


def _lost(promise: Promise, token: str, *, busy: bool, at: datetime) -> ResponseReturnValue:
    """Somebody was first: other dates for this car, other cars for these dates."""
    with transaction():
        car = fleet.car_by_id(promise.quote.request.car_id)
        journey = promise.journey()
        desk = counter.desk(at=at)
        code = promoting.code_of(promise.quote.request)
        lowered = partial(promoting.all_with_code, typed=code, desk=desk, at=at)
        others = lowered(finding.other_dates(car, journey, desk=desk, at=at))
        similar = lowered(finding.similar(car, journey, desk=desk, at=at))
    return page(
        "checkout/taken.html",
        "taken",
        status=409,
        car=car,
        busy=busy,
        token=token,
        journey=journey,
        others=others,
        similar=similar,
        params=partial(search.journey_params, code=code),
    )


def _new_price(slug: str, token: str, *, at: datetime) -> ResponseReturnValue:
    """The promise is over: the car's page with today's price, and what has changed."""
    old = promises.old_total(token, secret=current_app.config["SECRET_KEY"], at=at)
    with transaction():
        view = car_page.look(slug, MultiDict(request.form), at=at)
    return car_page.answer(
        view, news=_what_changed(old, view.offer.price.total if view.offer else None), status=409
    )


def _without_code(slug: str, error: PromotionRefused, *, at: datetime) -> ResponseReturnValue:
    """The last use of a code went to somebody else: the car's page with the price that is left."""
    with transaction():
        view = car_page.look(slug, MultiDict(request.form), at=at)
    return car_page.answer(
        view, news=_("%(why)s Nothing is held yet.", why=promo_codes.in_words(error)), status=409
    )


def _what_changed(old: Money, new: Money | None) -> str:
    """Nobody is made to compare figures: the words say whether anything is different."""
    if new is None:
        return _("The price was shown too long ago to be kept. Choose your dates again.")
    if new == old:
        return _("The price was shown a while ago. We looked again: it is unchanged. Nothing is held yet.")
    return _(
        "The price was shown too long ago to be kept. It was %(old)s and is now %(new)s. "
        "Nothing is held yet.",
        old=formats.money(old),
        new=formats.money(new),
    )
