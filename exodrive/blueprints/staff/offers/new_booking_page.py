"""What the page of a new booking shows: the form, the price so far, and what is free instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from exodrive.accounts.roles import Role
from exodrive.availability import queries as availability
from exodrive.blueprints import counter as counters
from exodrive.blueprints import date_words, htmx, promo_codes, search
from exodrive.blueprints.staff import guard
from exodrive.blueprints.staff.offers import new_booking_form
from exodrive.blueprints.staff.offers.new_booking_form import NewBookingForm
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote import quoting
from exodrive.bookings.reservation import expiry, finding, offers, promoting, remembering
from exodrive.bookings.reservation.offers import Desk, Offer
from exodrive.customers import register
from exodrive.customers.models import Customer
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.ids import new_id
from exodrive.pricing.days import RentalTooLong
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown

MOST_CARS = 200
FOUND = 6  # customers
SHORTEST = 3  # letters of a search; the index knows nothing of less


class Near(NamedTuple):
    """Another choice that is free: what its button sends, and what it says."""

    deed: str
    offer: Offer


@dataclass
class Counter:
    """All that the page shows. `free` is whether the offered car can be had now."""

    form: NewBookingForm
    desk: Desk
    at: datetime
    offer: Offer | None = None
    free: bool = False
    others: list[Near] = field(default_factory=list)
    similar: list[Near] = field(default_factory=list)
    known: Sequence[Customer] = ()


def read(typed: MultiDict[str, str] | None) -> Counter:
    """The page for what was typed; the empty one, or what the address names, where nothing was."""
    at = clock.now()
    cars = [car for car in fleet.all_cars(limit=MOST_CARS) if car.available and car.visible]
    chosen = request.values.get("car") if typed is None else typed.get("car")
    car = next((one for one in cars if one.slug == chosen), cars[0] if cars else None)
    currencies = fleet.currencies()
    desk = counters.desk(at=at, currencies=currencies)
    currency = car.currency if car is not None else next(iter(currencies))
    places = houses.places()
    form = new_booking_form.make(
        typed,
        cars=cars,
        places=places,
        desk=desk,
        currency=currency,
        start=_start(car.slug if car else "", desk, at=at),
    )
    return Counter(form, desk, at)


def _start(car: str, desk: Desk, *, at: datetime) -> dict[str, Any]:
    """What the empty form has: the weekend that is usual, or what the address names."""
    places = houses.places()
    given = {name: request.args[name] for name in ("from", "to") if request.args.get(name)}
    asked = search.read({**search.suggested(at, places[0].time_zone), **request.args, **given}, places)
    return {
        "once": str(new_id()),
        "car": car,
        "pickup": asked.form.pickup.data,
        "back_at": asked.form.back_at.data,
        "pickup_place": asked.place.slug,
        "return_place": asked.back.slug,
        "days": desk.policies.booking.quote_days,
        "hold_hours": 0,
    }


def price(found: Counter) -> None:
    """Price what is chosen so far, and see whether the car can be had; else what is near."""
    form = found.form
    car, journey = form.chosen_car, form.journey
    if car is None or journey is None:
        return
    try:
        found.offer = offers.make(
            car,
            journey,
            desk=found.desk,
            at=found.at,
            extras=form.chosen_extras(),
            additional_drivers=form.driver_count(),
        )
    except DatesRefused as error:
        form.refuse_dates(error)
    except RentalTooLong:
        form.fault(date_words.RETURN, date_words.too_many_days().words)
    except (ExtraUnknown, ExtraQuantity):
        form.form_errors.append(_("The house does not offer an extra of these, or not so many of it."))
    if found.offer is None:
        return
    found.offer = _with_code(form, found.offer, desk=found.desk, at=found.at)
    if (gift := form.discount()) is not None:
        found.offer = quoting.lowered(found.offer, gift, desk=found.desk)
    expiry.clear(car.id, found.offer.period, at=found.at)
    found.free = availability.is_free(car.id, found.offer.period)
    if not found.free:
        _look_near(found, found.offer)


def _with_code(form: NewBookingForm, offer: Offer, *, desk: Desk, at: datetime) -> Offer:
    """The offer with the promo code that was typed; without it, and the words beside its field, else."""
    if not form.promo_code or form.promo.errors:
        return offer
    try:
        return promoting.with_code(offer, form.promo_code, desk=desk, at=at)
    except PromotionRefused as error:
        form.fault("promo", promo_codes.in_words(error))
    return offer


def _look_near(found: Counter, offer: Offer) -> None:
    desk, at = found.desk, found.at
    others, similar = (
        promoting.all_with_code(near, found.form.promo_code, desk=desk, at=at)
        for near in (
            finding.other_dates(offer.car, offer.journey, desk=desk, at=at),
            finding.similar(offer.car, offer.journey, desk=desk, at=at),
        )
    )
    found.others = [Near(_dates(near), near) for near in others]
    found.similar = [Near(f"car:{near.car.slug}", near) for near in similar]


def _dates(offer: Offer) -> str:
    """What the button of other dates sends."""
    journey, zone = offer.journey, offer.journey.pickup_place.time_zone
    return f"dates:{search.local(journey.pickup_at, zone)}/{search.local(journey.return_at, zone)}"


def known(text: str) -> list[Customer]:
    """Customers of the house by a part of their name, address or number."""
    wanted = text.strip()
    return register.listing(text=wanted, limit=FOUND) if len(wanted) >= SHORTEST else []


def fill(form: NewBookingForm, customer_id: str) -> None:
    """Put in what is known of a customer: the details of their last rental, else how to reach them."""
    try:
        customer = register.one(UUID(customer_id))
    except (ValueError, register.CustomerNotFound):
        form.form_errors.append(_("This customer is not in the register."))
        return
    renter = form.renter.form
    last = remembering.last_of(customer.id)
    journey = form.journey
    today = (journey.return_at if journey else clock.now()).date()
    if last is not None:
        renter.fill(last, lasting=lambda day: day if day is None or day >= today else None)
    else:
        renter.name.data, renter.email.data, renter.phone.data = customer.name, customer.email, customer.phone


def answer(found: Counter, *, status: int = 200) -> Response:
    """The page, or the part of it that htmx asked for; the form beside it stays as it is typed."""
    block = {"price": "price", "known": "known"}.get(request.headers.get("HX-Target", ""), "main")
    return htmx.page(
        "staff/new_booking.html",
        block,
        status=status,
        counter=found,
        form=found.form,
        may_waive=guard.is_at_least(Role.MANAGER),
        rules=found.desk.policies.booking,
    )
