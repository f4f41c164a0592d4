"""What went wrong, for programs: `application/problem+json` (RFC 9457) with a code that never changes.

`facts` carries the refusal's data, `errors` each thing that is wrong with what was sent. Which of them an
error has, `tell` says, one function for each class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, g, jsonify, request

from exodrive.blueprints.error_texts import ErrorText
from exodrive.kernel.errors import DomainError

MEDIA_TYPE = "application/problem+json"
API = "/api/"
# Each code is explained there.
TYPES = "/api/v1/docs#"

Error = TypeVar("Error", bound=DomainError)
_told: dict[type[DomainError], Callable[[Any], dict[str, Any]]] = {}


def tell(kind: type[Error], data: Callable[[Error], dict[str, Any]]) -> None:
    """Add `facts` or `errors` to the problems of a class."""
    _told[kind] = data


def response(status: int, code: str, text: ErrorText, *, error: DomainError | None = None) -> Response:
    """The problem as an answer."""
    content: dict[str, Any] = {
        "type": TYPES + code if request.path.startswith(API) else "about:blank",
        "title": str(text.title),
        "status": status,
        "detail": str(text.advice),
        "code": code,
        "instance": f"urn:exodrive:request:{g.get('request_id', '')}",
    }
    if error is not None and type(error) in _told:
        content |= _told[type(error)](error)
    made = jsonify(content)
    made.status_code = status
    made.mimetype = MEDIA_TYPE
    made.headers["Cache-Control"] = "no-store"
    if status == 401:
        made.headers["WWW-Authenticate"] = "Bearer"
    return made
