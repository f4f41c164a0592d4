"""A new booking at the desk: it ends in a quote, in a booking with a payment link, or in one without."""

from __future__ import annotations

from uuid import UUID

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from exodrive.accounts import staff as people
from exodrive.accounts.roles import Role
from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import promo_codes
from exodrive.blueprints.staff import guard
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.offers import new_booking_page
from exodrive.blueprints.staff.offers.new_booking_form import NewBookingForm
from exodrive.bookings.change.gifts import GiftBeyondLimit, GiftTooSmall
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote import counter, quoting
from exodrive.bookings.quote.counter import Wish
from exodrive.bookings.quote.quoting import Draft
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError
from exodrive.kernel.ids import new_id
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.rendering import formats

# What a button of the form asks for; beside them "fill:" with a customer, "dates:" and "car:" with a choice.
PRICE, FIND, QUOTE, BOOK, UNPAID = "price", "find", "quote", "book", "unpaid"
REFUSALS = (
    CarTaken, CarBusy, CarWithdrawn, NotEligible, CannotRent, DatesRefused, GiftBeyondLimit, GiftTooSmall,
    PromotionRefused,
)  # fmt: skip


@staff.get("/new")
def new_booking() -> ResponseReturnValue:
    """The empty form; a car and dates may be named in the address."""
    with transaction():
        found = new_booking_page.read(None)
        new_booking_page.price(found)
    return new_booking_page.answer(found)


@staff.post("/new")
def make_booking() -> ResponseReturnValue:
    """Do what the pressed button says, or show the form again with all that was typed."""
    deed, _colon, choice = request.form.get("deed", PRICE).partition(":")
    if deed == QUOTE:
        return _send_quote()
    if deed in (BOOK, UNPAID):
        return _book(unpaid=deed == UNPAID)
    typed = _chosen(request.form, deed, choice)
    with transaction():
        found = new_booking_page.read(typed)
        if deed == FIND:
            found.known = new_booking_page.known(found.form.who.data or "")
        if deed == "fill":
            new_booking_page.fill(found.form, choice)
        new_booking_page.price(found)
    return new_booking_page.answer(found)


def _send_quote() -> ResponseReturnValue:
    with transaction():
        found = new_booking_page.read(request.form)
        good = found.form.is_good_for_quote()
        new_booking_page.price(found)
    if not good or found.offer is None or found.form.promo.errors:
        return new_booking_page.answer(found, status=422)
    form, renter = found.form, found.form.renter.form
    wanted = Draft(
        car=found.offer.car,
        journey=found.offer.journey,
        name=renter.name.data,
        email=renter.email.data,
        phone=renter.phone.data,
        note=form.note.data or "",
        extras=form.chosen_extras(),
        additional_drivers=form.driver_count(),
        delivery_address=form.address,
        days=form.days.data,
        hold_hours=form.hold_hours.data or 0,
        promo_code=form.promo_code,
        gift=form.discount(),
        gift_reason=(form.gift_reason.data or "").strip(),
    )
    try:
        with transaction():
            quote, _secret = quoting.send(
                wanted,
                desk=found.desk,
                prefix=found.desk.house.reference_prefix,
                key=_key(),
                by=people.current_actor(),
                at=clock.now(),
                by_manager=guard.is_at_least(Role.MANAGER),
                once=_once(form),
            )
            number = quote.number
    except REFUSALS as refusal:
        return _refused(refusal)
    flash(_("The quote is on its way to %(email)s.", email=wanted.email))
    return redirect(url_for("staff.quote", number=number), 303)


def _book(*, unpaid: bool) -> ResponseReturnValue:
    if unpaid and not guard.is_at_least(Role.MANAGER):
        raise guard.NotYourRole(Role.MANAGER)
    with transaction():
        found = new_booking_page.read(request.form)
        good = found.form.is_good_for_booking(unpaid=unpaid)
        new_booking_page.price(found)
    if not good or found.offer is None or found.form.promo.errors:
        return new_booking_page.answer(found, status=422)
    form = found.form
    renter, *others = (driver.details() for driver in form.drivers())
    wish = Wish(
        car=found.offer.car,
        journey=found.offer.journey,
        renter=renter,
        accepted=bool(form.accepted.data),
        delivery_address=form.address,
        additional=tuple(others),
        extras=form.chosen_extras(),
        promo_code=form.promo_code,
        unpaid=(form.reason.data or "").strip() if unpaid else None,
    )
    try:
        with transaction():
            booking, _secret = counter.book(
                wish,
                desk=found.desk,
                prefix=found.desk.house.reference_prefix,
                key=_key(),
                source="desk",
                by=people.current_actor(),
                at=clock.now(),
            )
            reference = booking.reference
    except REFUSALS as refusal:
        return _refused(refusal)
    flash(
        _("Booked without pre-payment. The agreement is on its way.")
        if unpaid
        else _("Booked. The way to pay is on its way to %(email)s.", email=renter.email)
    )
    return redirect(url_for("staff.booking", reference=reference), 303)


def _refused(refusal: DomainError) -> ResponseReturnValue:
    """What only the moment of writing could tell; what was typed stays."""
    with transaction():
        found = new_booking_page.read(request.form)
        new_booking_page.price(found)
        form = found.form
        if isinstance(refusal, NotEligible):
            form.refuse_drivers(refusal)
        elif isinstance(refusal, DatesRefused):
            form.refuse_dates(refusal)
        elif isinstance(refusal, GiftBeyondLimit):
            words = _("Agents may take off up to %(most)s. Ask a manager.", most=formats.money(refusal.most))
            form.fault("gift", words)
        elif isinstance(refusal, GiftTooSmall):
            form.fault("gift", _("It takes nothing off."))
        elif isinstance(refusal, PromotionRefused):
            form.promo.errors = [promo_codes.in_words(refusal)]  # pricing may have said so already
        elif isinstance(refusal, CannotRent):
            form.form_errors.append(_("The house does not rent to one of these people."))
        elif isinstance(refusal, CarWithdrawn):
            form.fault("car", _("This car is not rented out at present."))
        elif isinstance(refusal, CarBusy):
            form.form_errors.append(_("Somebody is booking this car right now. Try again in a moment."))
        else:
            form.fault("car", _("It was taken a moment ago. Nothing was booked."))
    return new_booking_page.answer(found, status=409 if isinstance(refusal, CarTaken | CarBusy) else 422)


def _chosen(typed: MultiDict[str, str], deed: str, choice: str) -> MultiDict[str, str]:
    """What was typed, with another car or other dates where their button was pressed."""
    changed = MultiDict(typed)
    if deed == "car":
        changed["car"] = choice
    if deed == "dates":
        changed["pickup"], _slash, changed["back_at"] = choice.partition("/")
    return changed


def _once(form: NewBookingForm) -> UUID:
    try:
        return UUID(form.once.data or "")
    except ValueError:
        return new_id()


def _key() -> str:
    return str(current_app.config["SETTINGS"].secret_key)
