"""The form of a change, for customers and the desk: it starts as the booking is, and says what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FormField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from exodrive.blueprints import date_words
from exodrive.blueprints.booking_page import eligibility_words, extras_form
from exodrive.blueprints.booking_page.driver_form import AdditionalDriverForm
from exodrive.blueprints.plain_text import tidy
from exodrive.blueprints.search import MomentField
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.models import Booking
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.drivers import NotEligible
from exodrive.bookings.reservation.offers import Desk
from exodrive.bookings.states import State
from exodrive.fleet.models import Car
from exodrive.house.models import Place
from exodrive.pricing import days

# What the form does not ask for: it is settled by then, or asked for elsewhere.
LEFT_OUT = {
    State.HELD: ("pickup_place", "return_place", "delivery_address"),
    State.ON_RENT: ("car", "pickup", "pickup_place"),
}
LEAVES = "leaves_"  # the box of a driver who shall not drive any more, by position


class ChangeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The fixed part; `make` adds the house's extras and the drivers of the booking."""

    class Meta:
        csrf = False  # every post is checked before it reaches a view

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
    booking: Booking
    cars: dict[str, Car]

    @property
    def leaving(self) -> list[Any]:
        """The boxes of those who may be taken off."""
        return [field for field in self if field.name.startswith(LEAVES)]

    def wanted(self) -> Wanted:
        """What of a valid form differs from the booking."""
        booking, zone = self.booking, self.booking.pickup_place.time_zone
        extras = extras_form.chosen(self.extras.form) if "extras" in self else None
        before = {code: number for code, number in booking.extras.items() if number}
        address = (self.delivery_address.data or "") if "delivery_address" in self else None
        joining = self.joining.form if "joining" in self else None
        return Wanted(
            pickup_at=_moved(self, "pickup", booking.pickup_at, zone),
            return_at=_moved(self, "back_at", booking.return_at, zone),
            car_id=_other_car(self),
            pickup_place=_other(self, "pickup_place", booking.pickup_place.slug),
            return_place=_other(self, "return_place", booking.return_place.slug),
            delivery_address=address if address != (booking.delivery_address or "") else None,
            extras=extras if extras != before else None,
            drop_drivers=tuple(int(box.name.removeprefix(LEAVES)) for box in self.leaving if box.data),
            add_drivers=(joining.details(),) if joining is not None and not joining.blank else (),
        )

    def refuse_dates(self, error: DatesRefused) -> None:
        refusal = date_words.in_words(error)
        field = self._fields.get(refusal.field, self.back_at)
        field.errors = [*field.errors, refusal.words]

    def refuse_drivers(self, error: NotEligible) -> None:
        for reasons in error.reasons.values():
            for _field, code, figures in reasons:
                self.form_errors.append(eligibility_words.in_words(code, figures))


def _other_car(form: ChangeForm) -> Any:
    if "car" not in form or form.car.data == form.booking.car.slug:
        return None
    return form.cars[form.car.data].id


def _other(form: ChangeForm, name: str, before: str) -> str | None:
    return form[name].data if name in form and form[name].data != before else None


def _moved(form: ChangeForm, name: str, before: Any, zone: str) -> Any:
    """A moment that was changed. The form knows minutes: what it shows unchanged is unchanged."""
    if name not in form or form[name].data == days.wall_clock(before, zone).replace(second=0, microsecond=0):
        return None
    return days.resolve_local(form[name].data, zone).at


def make(
    booking: Booking,
    typed: MultiDict[str, str] | None,
    *,
    places: Sequence[Place],
    cars: Sequence[Car],
    desk: Desk,
) -> ChangeForm:
    """The form for this booking in its state, with what was typed, else as the booking is.

    While a car is held, the form beside it asks for places, extras and drivers.
    """
    fields: dict[str, Any] = {}
    on_road, held = booking.state == State.ON_RENT, booking.state == State.HELD
    if not held:
        offered = desk.prices[booking.currency].offered()
        fields["extras"] = FormField(extras_form.form_class(offered))
    if not on_road and not held:
        fields |= {
            f"{LEAVES}{driver.position}": BooleanField(driver.name)
            for driver in booking.drivers
            if driver.position
        }
        if len(booking.drivers) <= desk.policies.driver.additional_drivers:
            fields["joining"] = FormField(AdditionalDriverForm)
    made = type("BookingChangeForm", (ChangeForm,), fields)
    form: ChangeForm = made(formdata=typed, data=_as_it_is(booking))
    form.booking = booking
    form.cars = {car.slug: car for car in (booking.car, *cars)}
    form.car.choices = [SelectChoice(slug, car.name) for slug, car in form.cars.items()]
    for field, now in ((form.pickup_place, booking.pickup_place), (form.return_place, booking.return_place)):
        known = {place.slug: place.name for place in (*places, now)}
        field.choices = [SelectChoice(slug, name) for slug, name in known.items()]
    if "joining" in form:
        form.joining.form.settle_in(desk.house.country)
    for name in LEFT_OUT.get(State(booking.state), ()):
        del form[name]
    return form


def _as_it_is(booking: Booking) -> Mapping[str, Any]:
    zone = booking.pickup_place.time_zone
    return {
        "car": booking.car.slug,
        "pickup": days.wall_clock(booking.pickup_at, zone),
        "back_at": days.wall_clock(booking.return_at, zone),
        "pickup_place": booking.pickup_place.slug,
        "return_place": booking.return_place.slug,
        "delivery_address": booking.delivery_address or "",
        "extras": {extras_form.PREFIX + code: number for code, number in booking.extras.items()},
    }
