"""All that a customer fills in between hold and payment, as one form made for the house's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from exodrive.blueprints.booking_page import eligibility_words, extras_form
from exodrive.blueprints.booking_page.driver_form import (
    AdditionalDriverForm,
    DriverForm,
    RenterForm,
    tidy,
)
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.bookings.eligibility import Reason
from exodrive.bookings.offers import Desk
from exodrive.bookings.ordering import OrderDetails
from exodrive.house.models import Place
from exodrive.kernel.money import Money
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
    accepted = BooleanField(
        _l("I accept the rental terms"), [DataRequired(_l("Read the rental terms and accept them."))]
    )

    places: Mapping[str, Place]

    def drivers(self) -> list[DriverForm]:
        """The renter, then the additional drivers that were filled in."""
        return [self.renter.form, *self.additional_drivers()]

    def additional_drivers(self) -> list[AdditionalDriverForm]:
        return [entry.form for entry in self.additional if not entry.form.blank]

    def journey_places(self) -> tuple[Place, Place] | None:
        """Pick-up and return place, where both are such that can be chosen."""
        found = self.places.get(self.pickup_place.data), self.places.get(self.return_place.data)
        return (found[0], found[1]) if found[0] and found[1] else None

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        chosen = self.journey_places()
        if chosen and any(place.delivered for place in chosen) and not self.delivery_address.data:
            self._fault(self.delivery_address, _("Write where we bring or fetch the car."))
            return False
        return bool(valid)

    def refuse(self, against: Mapping[int, list[Reason]]) -> None:
        """Put the reasons against drivers beside the fields that they concern."""
        drivers = self.drivers()
        for position, reasons in against.items():
            for name, code, figures in reasons:
                self._fault(drivers[position][name], eligibility_words.in_words(code, figures))

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
        delivered = any(place.delivered for place in chosen)
        return OrderDetails(
            renter=self.renter.form.details(),
            agreed_total=agreed_total,
            accepted=bool(self.accepted.data),
            pickup_place=chosen[0],
            return_place=chosen[1],
            delivery_address=self.delivery_address.data if delivered else None,
            additional=tuple(driver.details() for driver in self.additional_drivers()),
            extras=extras_form.chosen(self.extras.form),
        )

    @staticmethod
    def _fault(field: Any, words: str) -> None:
        field.errors = [*field.errors, words]


def blank(found: Standing, places: Sequence[Place], desk: Desk) -> DetailsForm:
    """The form as it is first shown."""
    form = make(None, places, desk, currency=found.booking.currency)
    form.pickup_place.data = found.booking.pickup_place.slug
    form.return_place.data = found.booking.return_place.slug
    return form


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
