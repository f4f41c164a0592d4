"""The form of a home address, from any country; it opens with the house's."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from exodrive.blueprints.plain_text import tidy
from exodrive.customers import addresses
from exodrive.customers.addresses import Address

LONGEST = 120


def field(label: Any) -> StringField:
    return StringField(label, [Length(max=LONGEST, message=_l("Make it shorter."))], filters=[tidy])


class AddressForm(Form):  # type: ignore[misc]  # WTForms has no types
    """What is required depends on the country: the library knows."""

    street = field(_l("Street and number"))
    city = field(_l("Town"))
    area = field(_l("State or region"))
    postcode = field(_l("ZIP or postcode"))
    country = SelectField(_l("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = country_names()
        self.country.choices = [
            SelectChoice(code, names[code]) for code in sorted(names, key=names.__getitem__)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if self.country.errors:
            self.country.errors = [_("Choose a country.")]
            return False
        faults = addresses.faults(self.typed())
        for name, code in faults.items():
            self[name].errors = [*self[name].errors, _in_words(name, code)]
        return valid and not faults

    def typed(self) -> Address:
        return Address.from_json(self.data)


def country_names() -> dict[str, str]:
    """The countries whose addresses are known, by code, in the reader's language."""
    locale = get_locale()
    territories = locale.territories if locale is not None else {}
    return {code: territories[code] for code in addresses.countries() if code in territories}


def in_one_line(address: Address, *, home: str) -> str:
    name = country_names().get(address.country, address.country)
    return addresses.in_one_line(address, home=home, country_name=name)


def issuer(address: Address) -> str:
    """Who gives out licences where somebody lives: the state, else the country."""
    return addresses.issuer(address) or country_names().get(address.country, address.country)


def _in_words(name: str, code: str) -> str:
    words = {
        ("street", "required"): _("Write street and number."),
        ("city", "required"): _("Write the town."),
        ("area", "required"): _("Write the state or region."),
        ("postcode", "required"): _("Write the postcode."),
        ("area", "invalid"): _("We do not know this one. Write its name or its short form, such as MD."),
        ("postcode", "invalid"): _("This is no postcode there. Compare it with the state and the country."),
    }
    return words.get((name, code), _("Look at this again."))
