"""Identifiers and links as PayPal forms them."""

from __future__ import annotations

import secrets
import string

from exodrive.simulators.world import world

LETTERS = string.digits + string.ascii_uppercase
MERCHANT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # account ids leave out 0, 1, I and O

Link = dict[str, str]
PAYEE = {"email_address": "house@business.example", "merchant_id": "SANDBXHXUSE22"}


def new_id() -> str:
    """17 letters and digits: the id of an order, authorization, capture or refund."""
    return "".join(secrets.choice(LETTERS) for _ in range(17))


def new_account_id() -> str:
    return "".join(secrets.choice(MERCHANT_LETTERS) for _ in range(13))


def link(rel: str, path: str, method: str = "GET") -> Link:
    return {"href": f"{world().public_url}/paypal{path}", "rel": rel, "method": method}
