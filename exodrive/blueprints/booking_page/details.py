"""Filling in who drives and what goes along, and ordering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import counter, figures, promo_codes
from exodrive.blueprints.booking_page import details_form, extras_form, remembered, show, standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.details_form import DetailsForm
from exodrive.blueprints.booking_page.remembered import Memory
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.bookings.reservation import drivers, ordering
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
from exodrive.bookings.reservation.ordering import HoldEnded, PriceChanged
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.contention import car_lock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError
from exodrive.kernel.money import Money
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown
from exodrive.rendering import formats, price_words

REFUSALS = (PriceChanged, NotEligible, CannotRent, CarTaken, CarBusy, PromotionRefused)


@dataclass
class Typed:
    """What was sent, with all that is needed to judge it."""

    found: Standing
    form: DetailsForm
    desk: Desk
    offer: Offer | None  # None where the extras or places cannot be priced
    memory: Memory
    code_fault: str  # why the promo code does not count


@booking_page.post("/details")
def details(secret: str) -> ResponseReturnValue:
    """Order with what was typed; or show all that is wrong with it, at once."""
    at = clock.now()
    with transaction():
        typed = _read(secret, at=at)
        valid = _judge(typed)
    if typed.found.state is not State.HELD:
        return _on(secret)  # sent twice, or too late: the page says how it stands
    if _for_another_journey(typed.found):
        news = _("You have chosen other dates or another car since. Look at them, and send the form again.")
        return _again(typed, status=409, news=news)
    if not valid:
        return _again(typed, status=422)
    try:
        _order(typed, at=at)
    except HoldEnded:
        return _on(secret)
    except REFUSALS as refusal:
        with transaction():  # what was read before went with the failed transaction
            typed = _read(secret, at=at)
            typed.form.validate()
        return _refused(typed, refusal)
    show.expect_paypal(typed.found)
    return _on(secret)


@booking_page.get("/details")
@booking_page.get("/price")
def details_again(secret: str) -> ResponseReturnValue:
    """Somebody loads the address of a form that was shown again: the page has it."""
    return _on(secret)


def _refused(typed: Typed, refusal: DomainError) -> ResponseReturnValue:
    """What only the moment of ordering could tell."""
    if isinstance(refusal, PriceChanged):
        return _again(typed, status=409, new_total=refusal.total)
    if isinstance(refusal, NotEligible):
        typed.form.refuse(refusal.reasons)
    elif isinstance(refusal, PromotionRefused):
        typed.form.refuse_code(promo_codes.in_words(refusal))
    elif isinstance(refusal, CannotRent):
        typed.form.refuse_all(
            _("We cannot rent to you with these details. Call the desk: we will look at it.")
        )
    else:
        typed.form.refuse_place(
            _("The next rental leaves no time to drive the car there. Choose another place.")
        )
    return _again(typed, status=422)


@booking_page.post("/price")
def price(secret: str) -> ResponseReturnValue:
    """The price with what is chosen so far. Nothing is judged yet, and nothing typed is lost."""
    with transaction():
        typed = _read(secret, at=clock.now())
    if typed.found.state is not State.HELD:
        return _on(secret)
    return _again(typed, status=200)


def _read(secret: str, *, at: datetime) -> Typed:
    found = standing.load(whose(secret), secret, at=at)
    currency = found.booking.currency
    desk = counter.desk(at=at, currencies={currency})
    form = details_form.make(request.form, house.places(), desk, currency=currency)
    if form.promo_code:
        promo_codes.count_try()
    code_fault = ""
    try:
        offer = _priced(found, form, desk, code=form.promo_code, at=at)
    except PromotionRefused as error:
        code_fault = promo_codes.in_words(error)
        form.refuse_code(code_fault)
        offer = _priced(found, form, desk, code=None, at=at)
    return Typed(found, form, desk, offer, remembered.recall(found), code_fault)


def _priced(
    found: Standing, form: DetailsForm, desk: Desk, *, code: str | None, at: datetime
) -> Offer | None:
    """Raises PromotionRefused."""
    places = form.journey_places()
    if places is None:
        return None
    try:
        return ordering.reprice(
            found.booking,
            pickup_place=places[0],
            return_place=places[1],
            extras=extras_form.chosen(form.extras.form),
            additional_drivers=len(form.additional_drivers()),
            desk=desk,
            promo_code=code,
            at=at,
        )
    except (ExtraUnknown, ExtraQuantity):
        return None


def _judge(typed: Typed) -> bool:
    """The form's own faults and the house's rules about drivers, all at once."""
    valid = typed.form.validate()
    booking = typed.found.booking
    against = drivers.reasons_against(
        {position: driver.credentials() for position, driver in enumerate(typed.form.drivers())},
        car=booking.car,
        journey=Journey.of(booking),
        rules=typed.desk.policies.driver,
    )
    typed.form.refuse(against)
    if typed.code_fault:
        typed.form.refuse_code(typed.code_fault)  # the validation has emptied the list
    return valid and not against and not typed.code_fault


def _order(typed: Typed, *, at: datetime) -> None:
    booking = typed.found.booking
    agreed = Money(_agreed_total(), booking.currency)
    with car_lock(booking.car_id), transaction():
        ordering.place_order(
            booking.id,
            typed.form.order(agreed_total=agreed),
            desk=typed.desk,
            at=at,
        )


def _agreed_total() -> int:
    """The total that the page showed; what is no figure agrees to nothing."""
    shown = figures.whole(request.form.get("agreed_total", ""))
    return -1 if shown is None else shown


def _for_another_journey(found: Standing) -> bool:
    """Whether the form was shown before the hold was changed, as in another tab."""
    return request.form.get("journey", found.journey) != found.journey


def _again(
    typed: Typed, *, status: int, new_total: Money | None = None, news: str = ""
) -> ResponseReturnValue:
    more: dict[str, Any] = {}
    if typed.offer is not None:
        more = {
            "price": price_words.rows(typed.offer.price.lines),
            "total": typed.offer.price.total,
            "deposit": typed.offer.deposit,
        }
    if new_total is not None:
        news = _(
            "With what you chose, the total is %(total)s. Send the form again if you agree.",
            total=formats.money(new_total),
        )
    return show.answer(typed.found, form=typed.form, memory=typed.memory, status=status, news=news, **more)


def _on(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
