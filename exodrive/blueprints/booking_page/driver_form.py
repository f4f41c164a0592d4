"""The form of one driver: who it is, with what licence, insured where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, Form, FormField, StringField, TelField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from exodrive.blueprints.booking_page import address_form
from exodrive.blueprints.booking_page.address_form import AddressForm
from exodrive.blueprints.plain_text import tidy
from exodrive.bookings.models import Driver
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.bookings.reservation.eligibility import Credentials
from exodrive.customers import addresses, phones
from exodrive.kernel import clock

YEARS = range(1900, 2100)  # others are slips of the finger
YOUNGEST_LICENCE = 14
# Stand in for what was not typed yet, so that the rest can be checked: nothing speaks against them.
LONG_AGO, FAR_AHEAD = date(1900, 1, 1), date(2099, 12, 31)


class DayField(DateField):  # type: ignore[misc]  # WTForms has no types
    """A date, with our words for what is none."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist == [""]:
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Write it as a date.")) from error
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(_("Look at the year again."))


class PhoneNumber:
    """A number that can be called; it is shown again as its reader is used to."""

    def __call__(self, form: DriverForm, field: Any) -> None:
        number = phones.dialled(field.data, home=form.home)
        if number is None:
            raise ValidationError(_("We cannot call this number. Add the area code, or + and the country."))
        field.data = phones.shown(number, home=form.home)


class NotAhead:
    """A day that has come."""

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data is not None and field.data > clock.now().date():
            raise ValidationError(_("This day has not come yet."))


class DriverForm(Form):  # type: ignore[misc]
    """What the house must know of everybody who drives. `home` is the house's country."""

    home = "US"

    name = StringField(
        _l("Full name, as on the licence"),
        [
            DataRequired(_l("Write the name.")),
            Length(2, message=_l("Write the whole name.")),
            Length(max=100, message=_l("That is too long: %(max)d signs at most.")),
        ],
        filters=[tidy],
    )
    email = EmailField(
        _l("E-mail"),
        [
            DataRequired(_l("Add an address. The agreement and the receipt go there.")),
            Length(max=254, message=_l("This address is too long.")),
            Email(_l("This is no e-mail address.")),
        ],
        filters=[tidy],
    )
    phone = TelField(
        _l("Phone"),
        [DataRequired(_l("Add a number. We call only about this rental.")), PhoneNumber()],
        filters=[tidy],
    )
    born_on = DayField(_l("Date of birth"), [InputRequired(_l("Add the date of birth.")), NotAhead()])
    address = FormField(AddressForm)
    licence_number = StringField(
        _l("Licence number"),
        [
            DataRequired(_l("Write the number on the licence.")),
            Length(4, 40, _l("Write the whole number, as it stands on the licence.")),
        ],
        filters=[tidy],
    )
    licence_region = StringField(
        _l("Issued by"),
        [Optional(), Length(2, 60, _l("Name the state or country."))],
        filters=[tidy],
        description=_l("Left empty, it is the state or country of the address."),
    )
    licence_since = DayField(_l("Licence held since"), [InputRequired(_l("Add the date.")), NotAhead()])
    licence_until = DayField(_l("Licence valid until"), [InputRequired(_l("Add the date."))])

    def validate_licence_since(self, field: Any) -> None:
        born = self.data["born_on"]
        if born is not None and field.data is not None and field.data.year < born.year + YOUNGEST_LICENCE:
            raise ValidationError(_("That is too early after the date of birth."))

    def details(self) -> DriverDetails:
        """The driver of a valid form."""
        typed: dict[str, Any] = self.data
        address = addresses.tidy(self.address.form.typed())
        return DriverDetails(
            **{
                **typed,
                "phone": phones.dialled(typed["phone"], home=self.home) or typed["phone"],
                "address": address_form.in_one_line(address, home=self.home),
                "address_parts": address,
                "licence_region": typed["licence_region"] or address_form.issuer(address),
            }
        )

    def settle_in(self, home: str) -> None:
        """Read numbers and addresses as in the house's country, unless another is named."""
        self.home = home
        country = self.address.form.country
        country.data = country.data or home

    def fill(self, driver: Driver, *, lasting: Callable[[date | None], date | None]) -> None:
        """Put in what is known of a driver. `lasting` lets through a date that has not passed."""
        for name in ("name", "email", "born_on", "licence_number", "licence_region", "licence_since"):
            self[name].data = getattr(driver, name)
        self.phone.data = phones.shown(driver.phone, home=self.home)
        self.licence_until.data = lasting(driver.licence_until)
        for name, value in (driver.address_parts or {}).items():
            self.address.form[name].data = value
        if driver.licence_region == address_form.issuer(self.address.form.typed()):
            self.licence_region.data = None  # as where it was left empty

    def credentials(self) -> Credentials:
        """What is known so far for the rules; missing insurance is the form's own affair."""
        typed: dict[str, Any] = self.data
        return Credentials(
            born_on=typed["born_on"] or LONG_AGO,
            licence_since=typed["licence_since"] or LONG_AGO,
            licence_until=typed["licence_until"] or FAR_AHEAD,
            insured_until=typed.get("insured_until"),
        )


class RenterForm(DriverForm):
    """The one who books, pays and signs, and brings the insurance."""

    insurer = StringField(
        _l("Insurer"),
        [DataRequired(_l("Name your insurer.")), Length(2, 80, _l("Name your insurer."))],
        filters=[tidy],
    )
    insurance_policy = StringField(
        _l("Policy number"),
        [
            DataRequired(_l("Write the number of the policy.")),
            Length(3, 60, _l("Write the number of the policy.")),
        ],
        filters=[tidy],
    )
    insured_until = DayField(_l("Insured until"), [InputRequired(_l("Add the date."))])

    def fill(self, driver: Driver, *, lasting: Callable[[date | None], date | None]) -> None:
        super().fill(driver, lasting=lasting)
        self.insured_until.data = lasting(driver.insured_until)
        self.insurer.data, self.insurance_policy.data = driver.insurer, driver.insurance_policy


class AdditionalDriverForm(DriverForm):
    """One more driver. Left empty, there is none."""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed; the country does not count, since it is always chosen."""
        typed = [field for field in self if field.type != "FormField"]
        typed += [field for field in self.address.form if field.short_name != "country"]
        return not any((field.raw_data or [""])[0].strip() for field in typed)

    def validate(self, extra_validators: Any = None) -> bool:
        return True if self.blank else bool(super().validate(extra_validators))
