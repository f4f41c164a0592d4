"""What PayPal refuses of an invoice's body, in its own words.

https://developer.paypal.com/docs/api/invoicing/v2/#invoices_create
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from exodrive.simulators.paypal.amounts import CURRENCIES, WITHOUT_DECIMALS
from exodrive.simulators.paypal.errors import Refused, invalid

# Name -> the longest text, and what PayPal says of a longer one: part of its published schemas.
LONGEST: dict[str, tuple[int, str]] = {
    "invoice_number": (25, "Invoice number length should be less than 25 characters."),
    "reference": (120, "Reference field length should be less than 120 characters."),
    "note": (4000, "Invoice note length should be less than 4000 characters."),
    "terms_and_conditions": (4000, "Terms and Conditions length should be less than 4000 characters."),
    "memo": (4000, "Memo length should be less than 4000 characters."),
    "business_name": (300, "Business name length should be less than 300 characters."),
    "given_name": (140, "Given name length should be less than 140 characters."),
    "surname": (140, "Surname length should be less than 140 characters."),
    "name": (200, "Item name length should be less than 200 characters."),
    "description": (1000, "Item description length should be less than 1000 characters."),
}
DATES = {"invoice_date": "Invoice date is invalid.", "due_date": "Due date is invalid."}
CURRENCY_LENGTH = "Currency code length should be 3 characters."
LONGEST_AMOUNT = 32
DIGITS = re.compile(r"-?[0-9]*[.]?[0-9]+")
# What this simulator does not reckon with: it refuses rather than come to another sum than PayPal.
NOT_SIMULATED = ("custom", "shipping", "discount")


def check(body: dict[str, Any]) -> None:
    """The body of a creation or an update. Raises Refused."""
    detail = _object(body, "detail", "")
    currency = detail.get("currency_code")
    if not isinstance(currency, str) or len(currency) != 3:
        raise _said("INVALID_STRING_LENGTH", "/detail/currency_code", CURRENCY_LENGTH)
    _texts(detail, "/detail", "invoice_number", "reference", "note", "terms_and_conditions", "memo")
    _dates(detail, "/detail", "invoice_date")
    _dates(detail.get("payment_term") or {}, "/detail/payment_term", "due_date")
    _texts(body.get("invoicer") or {}, "/invoicer", "business_name")
    for number, recipient in enumerate(body.get("primary_recipients") or []):
        _check_recipient(recipient.get("billing_info") or {}, f"/primary_recipients/{number}/billing_info")
    if any(name in (body.get("amount") or {}).get("breakdown", {}) for name in NOT_SIMULATED):
        raise invalid("INVALID_PARAMETER_SYNTAX", "/amount/breakdown")
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise invalid("MISSING_REQUIRED_PARAMETER", "/items")
    for number, item in enumerate(items):
        _check_item(item, f"/items/{number}", currency)


def _check_recipient(billing: dict[str, Any], at: str) -> None:
    _texts(billing.get("name") or {}, f"{at}/name", "given_name", "surname")
    email = billing.get("email_address")
    if email is not None and not (isinstance(email, str) and 3 <= len(email) <= 254 and "@" in email):
        raise _said(
            "INVALID_STRING_LENGTH",
            f"{at}/email_address",
            "Email address length should be between 3 and 254.",
        )


def _check_item(item: Any, at: str, currency: str) -> None:
    if not isinstance(item, dict) or not item.get("name"):
        raise invalid("MISSING_REQUIRED_PARAMETER", f"{at}/name")
    _texts(item, at, "name", "description")
    quantity = item.get("quantity")
    if not isinstance(quantity, str) or not 1 <= len(quantity) <= 14 or not DIGITS.fullmatch(quantity):
        raise _said("INVALID_STRING_LENGTH", f"{at}/quantity", "Item quantity length should be 1 and 14.")
    if "discount" in item:
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{at}/discount")
    amount(item.get("unit_amount"), f"{at}/unit_amount", currency=currency, of="Item")


def amount(body: Any, field: str, *, currency: str, of: str) -> Decimal:
    """An amount of an invoice, a payment or a refund in that currency. Raises Refused."""
    given, value = (body.get("currency_code"), body.get("value")) if isinstance(body, dict) else (None, None)
    at = f"{field}/value"
    if value in (None, ""):
        raise _said(
            "MISSING_REQUIRED_PARAMETER", at, "Amount value is missing. Please provide a valid amount."
        )
    if not isinstance(given, str) or len(given) != 3:
        raise _said("INVALID_STRING_LENGTH", f"{field}/currency_code", CURRENCY_LENGTH)
    if given != currency or given not in CURRENCIES:
        raise invalid("NOT_SUPPORTED", f"{field}/currency_code", given)
    return _value(value, at, currency=currency, of=of)


def _value(value: Any, at: str, *, currency: str, of: str) -> Decimal:
    try:
        if not isinstance(value, str) or len(value) > LONGEST_AMOUNT or not DIGITS.fullmatch(value):
            raise InvalidOperation
        number = Decimal(value)
    except InvalidOperation as error:
        raise _said(
            "INVALID_PARAMETER_SYNTAX", at, "Amount value is invalid. Should be a numeric value."
        ) from error
    if number == 0:
        raise invalid("VALUE_CANNOT_BE_ZERO", at, value)
    if currency in WITHOUT_DECIMALS and "." in value:
        raise _said(
            "INVALID_INTEGER_VALUE",
            at,
            f"{of} amount value is invalid. Can have non-negative value with maximum 6 digits.",
        )
    if number < 0 or len(value.partition(".")[2]) > 2:
        raise _said(
            "INVALID_DECIMAL_VALUE",
            at,
            f"{of} amount value is invalid. Can have non-negative value with maximum 7 digits and upto 2"
            " fractions.",
        )
    return number


def day(body: dict[str, Any], name: str, otherwise: str) -> str:
    """A day of a payment or refund, as it was given. Raises Refused."""
    value = body.get(name, otherwise)
    if not _is_day(value):
        raise _said("INVALID_PARAMETER_SYNTAX", f"/{name}", "Date should be of format yyyy-mm-dd.")
    return str(value)


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _object(body: dict[str, Any], name: str, at: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise invalid("MISSING_REQUIRED_PARAMETER", f"{at}/{name}")
    return value


def _texts(body: dict[str, Any], at: str, *names: str) -> None:
    for name in names:
        longest, words = LONGEST[name]
        value = body.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > longest):
            raise _said("INVALID_STRING_MAX_LENGTH", f"{at}/{name}", words)


def _dates(body: dict[str, Any], at: str, *names: str) -> None:
    for name in names:
        if body.get(name) is not None and not _is_day(body[name]):
            raise _said("INVALID_PARAMETER_SYNTAX", f"{at}/{name}", DATES[name])


def _said(issue: str, field: str, words: str) -> Refused:
    """A refusal whose words depend on the field."""
    return Refused(400, issue, field=field, location="body", description=words)
