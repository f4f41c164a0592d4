"""Phone numbers: kept as they are dialled from anywhere, shown as their reader is used to. Pure."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat


def dialled(text: str | None, *, home: str) -> str | None:
    """A number as it is dialled from anywhere, +13015550144; None for what cannot be called.

    `home` is the ISO 3166 code of the country that a number without a country code is in.
    """
    try:
        number = phonenumbers.parse(text or "", home)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def shown(number: str, *, home: str) -> str:
    """A kept number as it is read: `(301) 555-0144` at home, `+49 30 901820` from elsewhere."""
    try:
        parsed = phonenumbers.parse(number, home)
    except phonenumbers.NumberParseException:
        return number
    own = phonenumbers.region_code_for_number(parsed) == home
    look = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, look))
