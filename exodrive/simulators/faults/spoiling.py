"""Good answers made bad: the call is done, and what is said about it makes no sense."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from flask import Response

from exodrive.simulators.faults import catalog

BLANKS: Final = 3_000_000  # bytes, more than any client should read of such an answer
_SENTENCE: Final = b"Everything went well. Have a nice day!"
_PAGE: Final = b"<!doctype html><title>Welcome</title><h1>We are improving our service for you</h1>"


def spoiled(kind: str, answer: Response, *, provider: str, operation: str) -> Response:
    """The answer as a fault of that kind leaves it; one that it cannot spoil is left as it is."""
    if kind == "html":
        return Response(_PAGE, 200, mimetype="text/html")
    body = answer.get_data()
    if kind == "missing_field":
        body = _changed(body, lambda one: _without(one, catalog.OPERATIONS[provider][operation].required))
    else:
        body = _SPOILERS[kind](body)
    spoilt = Response(body, answer.status_code, mimetype=answer.mimetype)
    for name, value in answer.headers:
        if name.lower() not in ("content-length", "content-type"):
            spoilt.headers.add(name, value)
    return spoilt


def _changed(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """A JSON object, or each one of a list, changed; anything else stays."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    made = [change(one) for one in document] if isinstance(document, list) else change(document)
    return json.dumps(made).encode()


def _without(one: Any, name: str) -> Any:
    return {key: value for key, value in one.items() if key != name} if isinstance(one, dict) else one


def _turned(one: Any) -> Any:
    """Each value of an object as another type."""
    if not isinstance(one, dict):
        return one
    return {name: _other_type(value) for name, value in one.items()}


def _other_type(value: Any) -> Any:
    if isinstance(value, str):
        return 7
    if isinstance(value, dict):
        return ["?"]
    return {"?": "?"} if isinstance(value, list) else "seven"


_SPOILERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "not_json": lambda _: _SENTENCE,
    "truncated": lambda body: body[: len(body) // 2],
    "wrong_types": lambda body: _changed(body, _turned),
    "empty": lambda _: b"",
    "too_long": lambda body: body + b" " * BLANKS,
}
