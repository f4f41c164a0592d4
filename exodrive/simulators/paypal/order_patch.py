"""Changing an order that is not paid yet, by JSON patch.

https://developer.paypal.com/docs/api/orders/v2/#orders_patch
"""

from __future__ import annotations

import re
from typing import Any

from flask import request

from exodrive.simulators.paypal import amounts, order_rules
from exodrive.simulators.paypal.errors import invalid, unprocessable
from exodrive.simulators.store import Record

UNIT_FIELD = re.compile(r"/purchase_units/@reference_id=='(?P<reference>[^']*)'/(?P<name>[a-z_]+)")
OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
PATCHABLE = ("description", "custom_id", "invoice_id", "soft_descriptor", "amount", "items")


def apply(order: Record) -> None:
    """Apply the request's patch to `order`, all of it or nothing. Raises Refused."""
    if order["status"] == "COMPLETED":
        raise unprocessable("ORDER_ALREADY_COMPLETED")
    patches = request.get_json(silent=True)
    if not isinstance(patches, list):
        raise invalid("MALFORMED_REQUEST_JSON", "/")
    approved = [_asked(unit) for unit in order["purchase_units"]]
    for number, patch in enumerate(patches):
        _apply_one(order, patch, f"/{number}")
    for unit in order["purchase_units"]:
        order_rules.check_unit(unit, f"/purchase_units/@reference_id=='{unit['reference_id']}'")
        unit["amount"].update(amounts.write(*amounts.read(unit["amount"], "/amount")))
    if order["status"] == "APPROVED" and approved != [_asked(unit) for unit in order["purchase_units"]]:
        raise unprocessable("AMOUNT_CHANGE_NOT_ALLOWED")


def _asked(unit: Record) -> tuple[str, str]:
    """What the payer is asked for."""
    return unit["amount"]["currency_code"], unit["amount"]["value"]


def _apply_one(order: Record, patch: dict[str, Any], at: str) -> None:
    operation, path = patch.get("op"), patch.get("path")
    if operation not in OPERATIONS:
        raise invalid("INVALID_PARAMETER_VALUE", f"{at}/op", str(operation))
    if not path:
        raise unprocessable("PATCH_PATH_REQUIRED", f"{at}/path")
    if operation in ("add", "replace") and "value" not in patch:
        raise unprocessable("PATCH_VALUE_REQUIRED", f"{at}/value")
    if not str(path).startswith("/"):
        raise unprocessable("INVALID_JSON_POINTER_FORMAT", f"{at}/path", str(path))
    place = UNIT_FIELD.fullmatch(path)
    if place is None or place["name"] not in PATCHABLE or operation not in ("add", "remove", "replace"):
        raise unprocessable("NOT_PATCHABLE", f"{at}/path", str(path))
    units = [unit for unit in order["purchase_units"] if unit["reference_id"] == place["reference"]]
    if not units:
        raise unprocessable("REFERENCE_ID_NOT_FOUND", f"{at}/path", str(path))
    _change(units[0], place["name"], operation, patch.get("value"), f"{at}/op")


def _change(unit: Record, name: str, operation: str, value: Any, at: str) -> None:
    if (name in unit) == (operation == "add"):
        raise invalid("INVALID_PATCH_OPERATION", at, operation)
    if operation == "remove":
        del unit[name]
    else:
        unit[name] = value
