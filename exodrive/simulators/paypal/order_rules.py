"""What PayPal checks before it takes an order. Every check raises Refused and names the field.

https://developer.paypal.com/docs/api/orders/v2/#orders_create
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from exodrive.simulators.paypal import amounts
from exodrive.simulators.paypal.errors import Refused, invalid, unprocessable
from exodrive.simulators.paypal.requesting import request_id, text

INTENTS = ("CAPTURE", "AUTHORIZE")
CATEGORIES = ("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION")
MOST_UNITS = 10
ADDED = ("item_total", "tax_total", "shipping", "handling", "insurance")
TAKEN_OFF = ("shipping_discount", "discount")
LENGTHS = {
    "reference_id": 256,
    "description": 127,
    "custom_id": 127,
    "invoice_id": 127,
    "soft_descriptor": 22,
}
QUANTITY = re.compile(r"[1-9][0-9]{0,9}")
EXPERIENCE = {
    "shipping_preference": ("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
    "user_action": ("CONTINUE", "PAY_NOW"),
    "landing_page": ("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"),
    "payment_method_preference": ("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"),
}


def check(body: dict[str, Any]) -> None:
    """The whole request to create an order."""
    if not body.get("intent"):
        raise invalid("MISSING_REQUIRED_PARAMETER", "/intent")
    if body["intent"] not in INTENTS:
        raise invalid("INVALID_PARAMETER_VALUE", "/intent", str(body["intent"]))
    units = body.get("purchase_units")
    if not isinstance(units, list):
        raise invalid("MISSING_REQUIRED_PARAMETER", "/purchase_units")
    if not 1 <= len(units) <= MOST_UNITS:
        issue = "INVALID_ARRAY_MAX_ITEMS" if units else "INVALID_ARRAY_MIN_ITEMS"
        raise invalid(issue, "/purchase_units")
    if len(units) > 1 and body["intent"] == "AUTHORIZE":
        raise unprocessable("UNSUPPORTED_INTENT", "/intent", "AUTHORIZE")
    for number, unit in enumerate(units):
        check_unit(unit, f"/purchase_units/@reference_id=='{_reference(unit, number)}'")
    if len({unit["amount"]["currency_code"] for unit in units}) > 1:
        raise unprocessable("MULTI_CURRENCY_ORDER")
    _check_source(body.get("payment_source"))


def _reference(unit: Any, number: int) -> str:
    return str(unit.get("reference_id") or "default") if isinstance(unit, dict) else str(number)


def check_unit(unit: Any, at: str) -> None:
    """One purchase unit: its texts, its amount, and that its items add up."""
    if not isinstance(unit, dict):
        raise invalid("INVALID_PARAMETER_SYNTAX", at)
    for name, longest in LENGTHS.items():
        text(unit, name, longest, at)
    currency, _ = amounts.read(unit.get("amount"), f"{at}/amount")
    items = unit.get("items") or []
    for number, item in enumerate(items):
        _check_item(item, currency, f"{at}/items/{number}")
    breakdown = unit["amount"].get("breakdown")
    if items and not (breakdown and breakdown.get("item_total")):
        raise unprocessable("ITEM_TOTAL_REQUIRED", f"{at}/amount/breakdown/item_total")
    if breakdown is not None:
        _check_breakdown(breakdown, unit, f"{at}/amount")


def _check_item(item: Any, currency: str, at: str) -> None:
    if not isinstance(item, dict) or not item.get("name"):
        raise invalid("MISSING_REQUIRED_PARAMETER", f"{at}/name")
    text(item, "name", 127, at)
    text(item, "description", 127, at)
    if not item.get("quantity"):
        raise invalid("MISSING_REQUIRED_PARAMETER", f"{at}/quantity")
    if not isinstance(item["quantity"], str) or not QUANTITY.fullmatch(item["quantity"]):
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{at}/quantity", str(item["quantity"]))
    if item.get("category", CATEGORIES[0]) not in CATEGORIES:
        raise invalid("INVALID_PARAMETER_VALUE", f"{at}/category", str(item["category"]))
    for name in ("unit_amount", "tax"):
        if name == "unit_amount" or name in item:
            used, _ = amounts.read(item.get(name), f"{at}/{name}", zero=True)
            if used != currency:
                raise unprocessable("MULTI_CURRENCY_ORDER", f"{at}/{name}/currency_code", used)


def _check_breakdown(breakdown: dict[str, Any], unit: dict[str, Any], at: str) -> None:
    parts = {}
    for name in (*ADDED, *TAKEN_OFF):
        if name in breakdown:
            used, value = amounts.read(breakdown[name], f"{at}/breakdown/{name}", zero=True)
            if used != unit["amount"]["currency_code"]:
                raise unprocessable("MULTI_CURRENCY_ORDER", f"{at}/breakdown/{name}/currency_code", used)
            parts[name] = value
    _check_items_add_up(parts, unit.get("items") or [], at)
    total = sum((parts.get(name, Decimal()) for name in ADDED), Decimal())
    total -= sum((parts.get(name, Decimal()) for name in TAKEN_OFF), Decimal())
    if total != Decimal(unit["amount"]["value"]):
        raise unprocessable("AMOUNT_MISMATCH", f"{at}/value", unit["amount"]["value"])


def _check_items_add_up(parts: dict[str, Decimal], items: list[dict[str, Any]], at: str) -> None:
    if not items:
        return
    goods = _sum(items, "unit_amount")
    if goods != parts["item_total"]:
        where = f"{at}/breakdown/item_total/value"
        raise unprocessable("ITEM_TOTAL_MISMATCH", where, str(parts["item_total"]))
    if any("tax" in item for item in items):
        if "tax_total" not in parts:
            raise unprocessable("TAX_TOTAL_REQUIRED", f"{at}/breakdown/tax_total")
        if _sum(items, "tax") != parts["tax_total"]:
            where = f"{at}/breakdown/tax_total/value"
            raise unprocessable("TAX_TOTAL_MISMATCH", where, str(parts["tax_total"]))


def _sum(items: list[dict[str, Any]], name: str) -> Decimal:
    each = (Decimal(item[name]["value"]) * int(item["quantity"]) for item in items if name in item)
    return sum(each, Decimal())


def _check_source(source: Any) -> None:
    if source is None:
        return
    if not request_id():
        raise Refused(400, "PAYPAL_REQUEST_ID_REQUIRED", field="PayPal-Request-Id")
    if not isinstance(source, dict) or set(source) != {"paypal"}:
        raise invalid("NOT_SUPPORTED", "/payment_source")
    context = (source["paypal"] or {}).get("experience_context", {})
    at = "/payment_source/paypal/experience_context"
    for name, allowed in EXPERIENCE.items():
        if context.get(name, allowed[0]) not in allowed:
            raise invalid("INVALID_PARAMETER_VALUE", f"{at}/{name}", str(context[name]))
    for name in ("return_url", "cancel_url"):
        if name in context and not str(context[name]).startswith(("http://", "https://")):
            raise invalid("INVALID_PARAMETER_SYNTAX", f"{at}/{name}", str(context[name]))
