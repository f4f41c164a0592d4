"""The parts of the document that are the same for every operation: credentials, headers, parameters."""

from __future__ import annotations

from typing import Any

STAFF_TOKEN, PARTNER_TOKEN, BOOKING_KEY = "staff_token", "partner_token", "booking_key"

SECURITY_SCHEMES: dict[str, Any] = {
    STAFF_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the house's own programs, made at the desk, with scopes.",
    },
    PARTNER_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of a partner's program, made at the desk: it opens what was booked by it.",
    },
    BOOKING_KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "The key of one booking, answered once when it is made.",
    },
}


def _text(words: str, **schema: Any) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string", **schema}}


HEADERS: dict[str, Any] = {
    "ETag": _text("Another text for another content; for If-Match and If-None-Match."),
    "Location": _text("Where to look how it went."),
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": _text("How to show who one is."),
    "Allow": _text("The methods that there are."),
    "Idempotent-Replayed": _text("`true` where this is the answer of an earlier call.", enum=["true"]),
    "Preference-Applied": _text("`wait=N` where the answer was waited for."),
    "X-Request-Id": _text("The call's number in the house's log."),
    "X-RateLimit-Limit": {"description": "Calls in a minute.", "schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"description": "Calls left in it.", "schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"description": "When it ends, in Unix time.", "schema": {"type": "integer"}},
}
PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Your own name for this one deed, such as a UUID. Repeat it with each repetition.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
        "example": "5e2a7f0c-5a6b-4b0e-9a55-0a1f7f1c9d21",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of what you have seen: 412 where it is another by now.",
        "schema": {"type": "string"},
        "example": '"5d41402abc4b2a76b9719d91"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of what you have: 304 where it is the same still.",
        "schema": {"type": "string"},
        "example": '"5d41402abc4b2a76b9719d91"',
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N`: wait up to N seconds (20 at most) for the outcome (RFC 7240).",
        "schema": {"type": "string"},
        "example": "wait=10",
    },
}
