"""What every PayPal write shares: its JSON body, `Prefer`, and replay by `PayPal-Request-Id`.

https://developer.paypal.com/api/rest/reference/idempotency/
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request

from exodrive.simulators.paypal.errors import Refused, invalid
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import world

ORDERS_LIFETIME = timedelta(hours=6)
PAYMENTS_LIFETIME = timedelta(days=45)
LONGEST_REQUEST_ID = 108


def json_body() -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object. Raises Refused."""
    if not request.get_data():
        return {}
    if not request.is_json:
        raise Refused(415)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("MALFORMED_REQUEST_JSON", "/")
    return body


def text(body: dict[str, Any], name: str, longest: int, at: str = "") -> str | None:
    """An optional text of at most so many characters. Raises Refused."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{at}/{name}", str(value))
    if len(value) > longest:
        raise invalid("INVALID_STRING_LENGTH", f"{at}/{name}", value)
    return value


def wants_representation() -> bool:
    return "return=representation" in request.headers.get("Prefer", "")


def minimal(document: Record) -> Record:
    """What PayPal answers to a write unless asked for all of it."""
    return {name: document[name] for name in ("id", "status", "links")}


def preferred(document: Record) -> Record:
    return document if wants_representation() else minimal(document)


def request_id() -> str:
    """The caller's key, empty if there is none. Raises Refused."""
    given = request.headers.get("PayPal-Request-Id", "")
    if len(given) > LONGEST_REQUEST_ID:
        raise Refused(400, "INVALID_STRING_LENGTH", field="PayPal-Request-Id", value=given)
    return given


def replayed(operation: str) -> str | None:
    """The id that the same request made before, while its key is remembered: it is answered, not repeated."""
    here = world()
    kept = here.store.get("paypal.request", f"{operation}:{request_id()}") if request_id() else None
    if kept is None or here.clock.now() >= read_time(kept["until"]):
        return None
    return str(kept["made"])


def remember(operation: str, made: str, lifetime: timedelta) -> None:
    """Keep what this request made under its key."""
    if request_id():
        here = world()
        until = spell(here.clock.now() + lifetime)
        here.store.put("paypal.request", f"{operation}:{request_id()}", {"made": made, "until": until})
