"""PayPal's money: `{"currency_code": "USD", "value": "1500.00"}`, the value always a string."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import request

from exodrive.simulators.paypal.errors import invalid, unprocessable

# https://developer.paypal.com/api/rest/reference/currency-codes/
CURRENCIES = {
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
    *("JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD"),
}
WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
VALUE = re.compile(r"((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))")
LONGEST_VALUE = 32

Amount = dict[str, str]


def read(body: Any, field: str, *, zero: bool = False) -> tuple[str, Decimal]:
    """Check an amount as PayPal does and return its currency and value. Raises Refused."""
    if not isinstance(body, dict):
        raise invalid("MISSING_REQUIRED_PARAMETER", field)
    currency, value = _texts(body, field)
    if currency not in CURRENCIES:
        raise unprocessable("INVALID_CURRENCY_CODE", f"{field}/currency_code", currency)
    _check_decimals(currency, value, field)
    number = Decimal(value)
    if number < 0 or (number == 0 and not zero):
        issue = "CANNOT_BE_NEGATIVE" if zero else "CANNOT_BE_ZERO_OR_NEGATIVE"
        raise unprocessable(issue, f"{field}/value", value)
    return currency, number


def _texts(body: dict[str, Any], field: str) -> tuple[str, str]:
    for name in ("currency_code", "value"):
        if body.get(name) in (None, ""):
            raise invalid("MISSING_REQUIRED_PARAMETER", f"{field}/{name}")
    currency, value = body["currency_code"], body["value"]
    if not isinstance(currency, str) or len(currency) != 3:
        raise invalid("INVALID_STRING_LENGTH", f"{field}/currency_code", str(currency))
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or not VALUE.fullmatch(value):
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{field}/value", str(value))
    return currency, value


def _check_decimals(currency: str, value: str, field: str) -> None:
    decimals = len(value.partition(".")[2])
    whole_only = currency in WITHOUT_DECIMALS and decimals > 0
    if whole_only and request.blueprint != "paypal_orders":  # Orders knows but one issue for decimals
        raise unprocessable("DECIMALS_NOT_SUPPORTED", f"{field}/value", value)
    if whole_only or decimals > 2:
        raise unprocessable("DECIMAL_PRECISION", f"{field}/value", value)


def write(currency: str, value: Decimal) -> Amount:
    """Money as PayPal writes it: two decimals, or none where the currency has none."""
    step = Decimal(1) if currency in WITHOUT_DECIMALS else Decimal("0.01")
    return {"currency_code": currency, "value": str(value.quantize(step))}


def rounded(currency: str, value: Decimal) -> Decimal:
    """To what the currency's smallest coin can pay."""
    return Decimal(write(currency, value)["value"])


def number(amount: Amount) -> Decimal:
    return Decimal(amount["value"])


def fee(currency: str, value: Decimal) -> Decimal:
    """What PayPal keeps of a capture: 3.49 % and 49 cents, its list price in the United States."""
    fixed = Decimal(0) if currency in WITHOUT_DECIMALS else Decimal("0.49")
    return Decimal(write(currency, min(value, value * Decimal("0.0349") + fixed))["value"])


def most_capturable(currency: str, authorized: Decimal) -> Decimal:
    """115 % of the hold, and in US dollars at most 75 more than it."""
    most = authorized * Decimal("1.15")
    return min(most, authorized + 75) if currency == "USD" else most
