"""All that a customer fills in between hold and payment, as one form made for the house's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from exodrive.blueprints import promo_codes
from exodrive.blueprints.booking_page import eligibility_words, extras_form
from exodrive.blueprints.booking_page.driver_form import (
    AdditionalDriverForm,
    DriverForm,
    RenterForm,
)
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.plain_text import tidy
from exodrive.bookings.quote import quotes
from exodrive.bookings.reservation import promoting
from exodrive.bookings.reservation.eligibility import Reason
from exodrive.bookings.reservation.offers import Desk
from exodrive.bookings.reservation.ordering import OrderDetails
from exodrive.customers import phones
from exodrive.house.models import Place
from exodrive.kernel.money import Money
from exodrive.pricing.request import PriceRequest
from exodrive.rendering import formats


class DetailsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The fixed part; `make` adds extras and as many drivers as the house allows."""

    class Meta:
        csrf = False  # every post is checked before it reaches a view

    renter = FormField(RenterForm)
    pickup_place = SelectField(_l("Pick-up place"))
    return_place = SelectField(_l("Return place"))
    delivery_address = TextAreaField(
        _l("Address for delivery or collection"),
        [Length(max=300, message=_l("Make it shorter."))],
        filters=[tidy],
    )
    promo = StringField(
        _l("Promo code"),
        [Length(max=promo_codes.LONGEST, message=_l("Make it shorter."))],
        filters=[tidy],
    )
    accepted = BooleanField(
        _l("I accept the rental terms"), [DataRequired(_l("Read the rental terms and accept them."))]
    )

    places: Mapping[str, Place]

    def drivers(self) -> list[DriverForm]:
        """The renter, then the additional drivers that were filled in."""
        return [self.renter.form, *self.additional_drivers()]

    def additional_drivers(self) -> list[AdditionalDriverForm]:
        return [entry.form for entry in self.additional if not entry.form.blank]

    @property
    def delivered(self) -> bool:
        """Whether a chosen place is one that we drive to."""
        chosen = self.journey_places()
        return chosen is not None and any(place.delivered for place in chosen)

    def journey_places(self) -> tuple[Place, Place] | None:
        """Pick-up and return place, where both are such that can be chosen."""
        found = self.places.get(self.pickup_place.data), self.places.get(self.return_place.data)
        return (found[0], found[1]) if found[0] and found[1] else None

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.delivered and not self.delivery_address.data:
            self._fault(self.delivery_address, _("Write where we bring or fetch the car."))
            return False
        return bool(valid)

    def refuse(self, against: Mapping[int, list[Reason]]) -> None:
        """Put the reasons against drivers beside the fields that they concern."""
        drivers = self.drivers()
        for position, reasons in against.items():
            for name, code, figures in reasons:
                self._fault(drivers[position][name], eligibility_words.in_words(code, figures))

    def refuse_code(self, words: str) -> None:
        self._fault(self.promo, words)

    def refuse_place(self, words: str) -> None:
        self._fault(self.pickup_place, words)

    def refuse_all(self, words: str) -> None:
        """For what concerns the form as a whole."""
        self.form_errors.append(words)

    def order(self, *, agreed_total: Money) -> OrderDetails:
        """What a valid form says."""
        chosen = self.journey_places()
        if chosen is None:
            raise ValueError("a valid form names its places")
        return OrderDetails(
            renter=self.renter.form.details(),
            agreed_total=agreed_total,
            accepted=bool(self.accepted.data),
            pickup_place=chosen[0],
            return_place=chosen[1],
            delivery_address=self.delivery_address.data if self.delivered else None,
            additional=tuple(driver.details() for driver in self.additional_drivers()),
            extras=extras_form.chosen(self.extras.form),
            promo_code=self.promo_code,
        )

    @property
    def promo_code(self) -> str | None:
        """What was typed; None where the field was not sent at all."""
        return (self.promo.data or "") if self.promo.raw_data else None

    @staticmethod
    def _fault(field: Any, words: str) -> None:
        field.errors = [*field.errors, words]


def blank(found: Standing, places: Sequence[Place], desk: Desk) -> DetailsForm:
    """The form as it is first shown."""
    form = make(None, places, desk, currency=found.booking.currency)
    form.pickup_place.data = found.booking.pickup_place.slug
    form.return_place.data = found.booking.return_place.slug
    _as_quoted(form, found)
    form.promo.data = promoting.code_of(PriceRequest.from_json(found.booking.request))
    return form


def _as_quoted(form: DetailsForm, found: Standing) -> None:
    """What was chosen and told when a quote was made; nothing where there was none."""
    form.delivery_address.data = found.booking.delivery_address
    for code, quantity in found.booking.request["extras"].items():
        if (name := extras_form.PREFIX + code) in form.extras.form:
            form.extras.form[name].data = quantity
    if (quote := quotes.of_booking(found.booking.id)) is not None:
        renter = form.renter.form
        renter.name.data, renter.email.data = quote.name, quote.email
        renter.phone.data = phones.shown(quote.phone, home=renter.home)


def make(
    typed: MultiDict[str, str] | None, places: Sequence[Place], desk: Desk, *, currency: str
) -> DetailsForm:
    """The form for this house's extras, places and number of drivers, with what was typed."""
    most = desk.policies.driver.additional_drivers
    fields = {
        "extras": FormField(extras_form.form_class(desk.prices[currency].offered())),
        "additional": FieldList(FormField(AdditionalDriverForm), min_entries=most, max_entries=most),
    }
    made = type("HouseDetailsForm", (DetailsForm,), fields)
    form: DetailsForm = made(formdata=typed)
    for driver in (form.renter, *form.additional):
        driver.form.settle_in(desk.house.country)
    form.places = {place.slug: place for place in places}
    form.pickup_place.choices = [
        SelectChoice(place.slug, _place(place, place.delivery_fee, currency)) for place in places
    ]
    form.return_place.choices = [
        SelectChoice(place.slug, _place(place, place.collection_fee, currency)) for place in places
    ]
    return form


def _place(place: Place, fee: int, currency: str) -> str:
    if not (place.delivered and fee):
        return place.name
    return _("%(place)s, %(fee)s", place=place.name, fee=formats.money_round(Money(fee, currency)))
