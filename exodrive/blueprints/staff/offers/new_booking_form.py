"""The form of a new booking at the desk: one page for the car, the dates, the people and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from exodrive.blueprints import date_words, promo_codes
from exodrive.blueprints.booking_page import eligibility_words, extras_form
from exodrive.blueprints.booking_page.driver_form import AdditionalDriverForm, DriverForm, RenterForm
from exodrive.blueprints.plain_text import tidy
from exodrive.blueprints.search import MomentField
from exodrive.blueprints.staff.billing.bill_forms import amount_of
from exodrive.blueprints.staff.forms import LONGEST_REASON
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.drivers import NotEligible
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.fleet.models import Car
from exodrive.house.models import Place
from exodrive.pricing import days
from exodrive.pricing.discounts import Discount, DiscountSource

RENTAL = ("car", "pickup", "back_at", "pickup_place", "return_place", "more_drivers", "extras", "promo")
CONTACT = ("name", "email", "phone")
QUOTE = ("days", "hold_hours", "note", "gift", "gift_reason")


class NewBookingForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The fixed part; `make` adds the house's extras and as many drivers as it allows.

    What is asked for depends on how it ends, so each part is validated by itself. `once` tells a second click
    from a second quote.
    """

    class Meta:
        csrf = False  # every post is checked before it reaches a view

    once = HiddenField()
    car = SelectField(_l("Car"))
    pickup = MomentField(_l("Pick-up"), [InputRequired(_l("Choose a date and a time."))])
    back_at = MomentField(_l("Return"), [InputRequired(_l("Choose a date and a time."))])
    pickup_place = SelectField(_l("Pick-up place"))
    return_place = SelectField(_l("Return place"))
    delivery_address = TextAreaField(
        _l("Address for delivery or collection"),
        [Length(max=300, message=_l("Make it shorter."))],
        filters=[tidy],
    )
    more_drivers = SelectField(_l("Drivers besides the renter"), coerce=int, default=0)
    promo = StringField(
        _l("Promo code"),
        [Length(max=promo_codes.LONGEST, message=_l("Make it shorter."))],
        filters=[tidy],
    )
    who = StringField(_l("Find a customer by name, e-mail or phone"), [Length(max=100)])
    renter = FormField(RenterForm)
    accepted = BooleanField(
        _l("The renter was told the rental terms and accepts them"),
        [DataRequired(_l("Tell the renter the terms; without a yes nothing is booked."))],
    )
    days = IntegerField(_l("The price stands for, days"), [InputRequired(_l("Say for how many days."))])
    hold_hours = IntegerField(_l("Keep the car for, hours"), [Optional()])
    gift = StringField(_l("Take off"), [Length(max=20)])
    gift_reason = StringField(_l("Why something is taken off"), [Length(max=LONGEST_REASON)], filters=[tidy])
    note = TextAreaField(
        _l("Note for the customer"), [Length(max=1000, message=_l("Make it shorter."))], filters=[tidy]
    )
    reason = TextAreaField(
        _l("Why without pre-payment"),
        [
            DataRequired(_l("Say why: it stays in the record.")),
            Length(max=LONGEST_REASON, message=_l("Make it shorter.")),
        ],
        filters=[tidy],
    )
    cars: Mapping[str, Car]
    places: Mapping[str, Place]

    @property
    def chosen_car(self) -> Car | None:
        return self.cars.get(self.car.data or "")

    @property
    def journey(self) -> Journey | None:
        """Where and when, as far as it can be read."""
        there, back = self.places.get(self.pickup_place.data), self.places.get(self.return_place.data)
        starts, ends = self.pickup.data, self.back_at.data
        if there is None or back is None or starts is None or ends is None:
            return None
        zone = there.time_zone
        return Journey(there, back, days.resolve_local(starts, zone).at, days.resolve_local(ends, zone).at)

    @property
    def delivered(self) -> bool:
        chosen = (self.places.get(self.pickup_place.data), self.places.get(self.return_place.data))
        return any(place is not None and place.delivered for place in chosen)

    @property
    def address(self) -> str | None:
        return (self.delivery_address.data or None) if self.delivered else None

    def chosen_extras(self) -> dict[str, int]:
        return extras_form.chosen(self.extras.form)

    def drivers(self) -> list[DriverForm]:
        """The renter, then the drivers that were filled in."""
        return [self.renter.form, *(entry.form for entry in self.additional if not entry.form.blank)]

    def driver_count(self) -> int:
        """How many drivers besides the renter the price is for."""
        return max(self.more_drivers.data or 0, len(self.drivers()) - 1)

    @property
    def promo_code(self) -> str:
        return self.promo.data or ""

    def discount(self) -> Discount | None:
        """What is taken off; None where nothing was typed, or no amount."""
        car = self.chosen_car
        amount = amount_of(self.gift.data, car.currency) if car is not None and self.gift.data else None
        return Discount(DiscountSource.GIFT, amount=amount) if amount is not None else None

    def is_good_for_quote(self) -> bool:
        contact = [self.renter.form[name].validate(self.renter.form) for name in CONTACT]
        return all(
            [self._good(*RENTAL), *contact, self._good(*QUOTE), self._has_address(), self._gift_is_good()]
        )

    def is_good_for_booking(self, *, unpaid: bool) -> bool:
        parts = [
            self._good(*RENTAL, "renter", "additional", "accepted"),
            self._has_address(),
            self._all_named(),
            self._no_gift(),
        ]
        if unpaid:
            parts.append(self._good("reason"))
        return all(parts)

    def _gift_is_good(self) -> bool:
        if not (self.gift.data or "").strip():
            return True
        if self.discount() is None:
            self.fault("gift", _("Write an amount, such as 150.00."))
        elif not self.gift_reason.data:
            self.fault("gift_reason", _("Say why: it stays in the record."))
        return not (self.gift.errors or self.gift_reason.errors)

    def _no_gift(self) -> bool:
        if (self.gift.data or "").strip():
            self.fault("gift", _("Taken off a quote. On a booking it is given on the booking’s own page."))
        return not self.gift.errors

    def refuse_dates(self, error: DatesRefused) -> None:
        refusal = date_words.in_words(error)
        self.fault(refusal.field, refusal.words)

    def refuse_drivers(self, error: NotEligible) -> None:
        """Put the reasons against drivers beside the fields that they concern."""
        drivers = self.drivers()
        for position, reasons in error.reasons.items():
            for name, code, figures in reasons:
                field = drivers[position][name]
                field.errors = [*field.errors, eligibility_words.in_words(code, figures)]

    def fault(self, name: str, words: str) -> None:
        field = self[name]
        field.errors = [*field.errors, words]

    def _good(self, *names: str) -> bool:
        found = [self[name].validate(self) for name in names]  # each says what is wrong with it
        return all(found)

    def _has_address(self) -> bool:
        if not self.delivery_address.validate(self):
            return False
        if self.delivered and not self.delivery_address.data:
            self.fault("delivery_address", _("Write where we bring or fetch the car."))
            return False
        return True

    def _all_named(self) -> bool:
        if (self.more_drivers.data or 0) <= len(self.drivers()) - 1:
            return True
        self.fault("more_drivers", _("Fill in each of them below, or choose fewer."))
        return False


def make(
    typed: MultiDict[str, str] | None,
    *,
    cars: Sequence[Car],
    places: Sequence[Place],
    desk: Desk,
    currency: str,
    start: Mapping[str, Any],
) -> NewBookingForm:
    """The form for this house, with what was typed, else as it starts."""
    most = desk.policies.driver.additional_drivers
    rules = desk.policies.booking
    fields: dict[str, Any] = {
        "extras": FormField(extras_form.form_class(desk.prices[currency].offered())),
        "additional": FieldList(FormField(AdditionalDriverForm), min_entries=most, max_entries=most),
    }
    made = type("HouseNewBookingForm", (NewBookingForm,), fields)
    form: NewBookingForm = made(formdata=typed, data=start)
    for driver in (form.renter, *form.additional):
        driver.form.settle_in(desk.house.country)
    form.cars = {car.slug: car for car in cars}
    form.places = {place.slug: place for place in places}
    form.car.choices = [SelectChoice(car.slug, f"{car.name}, {car.plate}") for car in cars]
    form.pickup_place.choices = [SelectChoice(place.slug, place.name) for place in places]
    form.return_place.choices = [SelectChoice(place.slug, place.name) for place in places]
    form.more_drivers.choices = [SelectChoice(number, str(number) or "") for number in range(most + 1)]
    form.days.validators = [
        *form.days.validators,
        NumberRange(1, rules.quote_days_most, _l("Choose a number from 1 to %(max)s.")),
    ]
    form.hold_hours.validators = [
        *form.hold_hours.validators,
        NumberRange(0, rules.quote_hold_hours, _l("Choose a number up to %(max)s.")),
    ]
    return form
