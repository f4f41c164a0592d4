"""Strict reading of JSON answers: what is there has the documented type, or the answer is Malformed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from exodrive.providers.http import Malformed

T = TypeVar("T")

_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


def mapping(value: Any, name: str = "the answer") -> dict[str, Any]:
    return _typed(value, dict, name)


def sequence(value: Any, name: str = "the answer") -> list[Any]:
    return _typed(value, list, name)


def text(data: dict[str, Any], name: str) -> str:
    """A text that has to be there and say something."""
    value: str = _typed(data.get(name), str, name)
    if not value:
        raise Malformed(f"{name} is empty")
    return value


def text_or_none(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    return None if value is None else _typed(value, str, name) or None


def one_of(data: dict[str, Any], name: str, known: Collection[str]) -> str:
    """A word of a documented list. A new word stops here, before a state table meets it."""
    value = text(data, name)
    if value not in known:
        raise Malformed(f"{name} is {value!r}, which is not documented")
    return value


def whole(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if isinstance(value, bool):  # JSON's true is an int to Python
        raise Malformed(f"{name} is not a whole number")
    return _typed(value, int, name)


def time_or_none(data: dict[str, Any], name: str) -> datetime | None:
    """An RFC 3339 time, aware."""
    value = text_or_none(data, name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise Malformed(f"{name} is not a time") from error
    if at.tzinfo is None:
        raise Malformed(f"{name} has no time zone")
    return at


def children(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; none where the field is missing or null."""
    value = data.get(name)
    return [] if value is None else [mapping(each, name) for each in sequence(value, name)]


def child(data: dict[str, Any], name: str) -> dict[str, Any]:
    """An object; an empty one where the field is missing or null."""
    value = data.get(name)
    return {} if value is None else mapping(value, name)


def _typed(value: Any, kind: type[T], name: str) -> T:
    if not isinstance(value, kind):
        raise Malformed(f"{name} is not {_NAMES[kind]}")
    return value
