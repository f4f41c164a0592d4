"""Reading a request into the shapes that its operation names. Whatever is wrong is a `RequestInvalid`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, request
from pydantic import ValidationError
from werkzeug.datastructures import ETags

from exodrive.blueprints.api.answers import JSON, tag
from exodrive.blueprints.api.operations import Operation
from exodrive.blueprints.api.refusals import Changed, Fault, KeyMissing, KeyUnreadable, RequestInvalid
from exodrive.blueprints.api.shapes import Shape

# A booking with three drivers takes two kilobytes.
LARGEST_BODY = 64 * 1024
LONGEST_WAIT = 20  # seconds
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,4})\"?", re.IGNORECASE)


def body(shape: type[Shape]) -> Shape:
    """The body, as its shape. 415 for what does not say that it is JSON, 413 for too much of it."""
    if request.mimetype != JSON:
        abort(415)
    try:
        return shape.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        raise RequestInvalid([_fault(found) for found in _errors(error)]) from error


def query(shape: type[Shape] | None) -> Shape | None:
    """What the address asks, as its shape; the same parameter twice is no question."""
    asked = request.args.to_dict(flat=False)
    twice = [name for name, values in asked.items() if len(values) > 1]
    known = {field.alias or name for name, field in shape.model_fields.items()} if shape else set()
    faults = [Fault(name, "given_twice", "Name it once.", parameter=True) for name in twice]
    faults += [
        Fault(name, "extra_forbidden", "There is no such parameter.", parameter=True)
        for name in asked
        if name not in known
    ]
    if faults:
        raise RequestInvalid(faults)
    if shape is None:
        return None
    try:
        return shape.model_validate({name: values[0] for name, values in asked.items()})
    except ValidationError as error:
        raise RequestInvalid([_fault(found)._replace(parameter=True) for found in _errors(error)]) from error


def key(operation: Operation) -> str | None:
    """The Idempotency-Key of a write. Raises KeyUnreadable, KeyMissing."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        if operation.key_required:
            raise KeyMissing
        return None
    if _KEY.fullmatch(given) is None:
        raise KeyUnreadable
    return given


def wait() -> int | None:
    """How many seconds the caller would wait (RFC 7240); None where it did not say so."""
    for header in request.headers.getlist("Prefer"):
        for preference in header.split(","):
            found = _WAIT.fullmatch(preference.strip().partition(";")[0].strip())
            if found is not None:
                return min(int(found[1]), LONGEST_WAIT)
    return None


def match(look: Callable[[], Shape]) -> None:
    """Hold what reading it would answer now against If-Match, where there is one. Raises Changed."""
    wanted: ETags = request.if_match
    if request.headers.get("If-Match") is not None and not wanted.contains(tag(look())):
        raise Changed


def _errors(error: ValidationError) -> Sequence[Any]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _fault(found: Any) -> Fault:
    place = [str(part).replace("~", "~0").replace("/", "~1") for part in found["loc"]]
    return Fault("/".join(place), found["type"], found["msg"])
