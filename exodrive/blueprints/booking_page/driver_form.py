"""The form of one driver: who it is, with what licence, insured where."""

from __future__ import annotations

from datetime import date
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, Form, StringField, TelField
from wtforms.validators import DataRequired, Email, InputRequired, Length, ValidationError

from exodrive.bookings.eligibility import Credentials
from exodrive.bookings.ordering import DriverDetails
from exodrive.kernel import clock

REGION = "US"  # how a number without a country code is read
YEARS = range(1900, 2100)  # others are slips of the finger
YOUNGEST_LICENCE = 14
# Stand in for what was not typed yet, so that the rest can be checked: nothing speaks against them.
LONG_AGO, FAR_AHEAD = date(1900, 1, 1), date(2099, 12, 31)


def tidy(value: str | None) -> str | None:
    return " ".join(value.split()) if value else value


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
    """A number that can be called."""

    def __call__(self, _form: Form, field: Any) -> None:
        if _number(field.data) is None:
            raise ValidationError(_("We cannot call this number. Add the area code, or + and the country."))


class NotAhead:
    """A day that has come."""

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data is not None and field.data > clock.now().date():
            raise ValidationError(_("This day has not come yet."))


class DriverForm(Form):  # type: ignore[misc]
    """What the house must know of everybody who drives."""

    name = StringField(
        _l("Full name, as on the licence"),
        [DataRequired(_l("Write the name.")), Length(2, 100, _l("Write the whole name."))],
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
    address = StringField(
        _l("Home address"),
        [
            DataRequired(_l("Write street, town and state.")),
            Length(8, 200, _l("Write street, town and state.")),
        ],
        filters=[tidy],
    )
    born_on = DayField(_l("Date of birth"), [InputRequired(_l("Add the date of birth.")), NotAhead()])
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
        [DataRequired(_l("Name the state or country.")), Length(2, 60, _l("Name the state or country."))],
        filters=[tidy],
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
        return DriverDetails(**{**typed, "phone": _dialled(typed["phone"])})

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


class AdditionalDriverForm(DriverForm):
    """One more driver. Left empty, there is none."""

    @property
    def blank(self) -> bool:
        return not any((field.raw_data or [""])[0].strip() for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        return True if self.blank else bool(super().validate(extra_validators))


def _number(text: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text or "", REGION)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _dialled(text: str) -> str:
    """As it is dialled from anywhere: +13015550144."""
    number = _number(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else text
