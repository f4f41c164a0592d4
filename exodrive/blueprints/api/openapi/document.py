"""The OpenAPI document, made from the table of operations: https://spec.openapis.org/oas/v3.1.1.html"""

from __future__ import annotations

import re
from typing import Any

from exodrive.accounts import scopes
from exodrive.blueprints.api.answers import JSON
from exodrive.blueprints.api.calls.callers import RULES, Rule
from exodrive.blueprints.api.openapi import components, parameters, responses, schemas
from exodrive.blueprints.api.operations import OPERATIONS, Operation

VERSION = "1.0.0"

WORDS = """\
Find a car, get a price, book, pay and follow the rental; for the staff, run it.

Money counts minor units (`{"amount": 125000, "currency": "USD"}` is $1,250.00). Moments carry an offset and
are answered in UTC. Unknown fields are refused. Whatever goes wrong is a problem (RFC 9457) whose `code`
never changes; the codes are listed with each operation.

A write takes an `Idempotency-Key`: the same key and body get the same answer for 24 hours and do nothing
twice. A write that needs PayPal or DocuSeal answers 202 and says in `Location` where to look; with
`Prefer: wait=10` it waits for the outcome where it can.
"""


def make(*, server: str, house: str) -> dict[str, Any]:
    """The whole document, for a house at an address."""
    rows = list(OPERATIONS.values())
    paths: dict[str, Any] = {}
    for row in rows:
        paths.setdefault(_path(row), {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{house} API", "version": VERSION, "description": WORDS},
        "servers": [{"url": f"{server}/api/v1"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(row.tag for row in rows)],
        "paths": paths,
        "components": {
            "schemas": schemas.of(rows),
            "securitySchemes": components.SECURITY_SCHEMES,
            "headers": components.HEADERS,
            "parameters": components.PARAMETERS,
        },
    }


def _path(row: Operation) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", row.path)


def _operation(row: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.tag],
        "summary": row.summary,
        "description": _words(row),
        "security": _security(RULES[row.access]),
        "parameters": parameters.of(row),
        "responses": responses.of(row),
    }
    if row.body is not None:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas.ref(row.body)}}}
    return made


def _words(row: Operation) -> str:
    scope = RULES[row.access].scope
    needs = f"\n\nA token needs the scope `{scope}`" if scope else ""
    beyond = RULES[row.access_in_part].scope if row.access_in_part else None
    as_well = f", and `{beyond}` as well for what goes beyond the house's rules" if beyond else ""
    return f"{row.words}{needs}{as_well}." if needs else row.words


def _security(rule: Rule) -> list[dict[str, list[str]]]:
    ways: list[dict[str, list[str]]] = []
    if rule.booking_key:
        ways.append({components.BOOKING_KEY: []})
    if rule.scope is not None:
        partner = rule.scope in scopes.of_kind(scopes.Kind.PARTNER)
        ways.append({components.PARTNER_TOKEN if partner else components.STAFF_TOKEN: [rule.scope]})
    if rule.anybody:
        ways.append({})
    return ways
