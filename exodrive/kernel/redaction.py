"""What must not leave in logs and reports: secrets, and what says who somebody is.

Nothing of the kind is logged on purpose. This is the net below: texts of errors quote what they stumbled
over, and libraries write what they like.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

GONE = "…"
SHORTEST = 12  # a shorter secret would blot out ordinary words
_PATTERNS = (
    (re.compile(r"(/b/|/files/)[\w.-]{20,}"), rf"\1{GONE}"),  # links that open by themselves
    (re.compile(r"\bexodrive_(staff|partner)_[\w-]+"), rf"exodrive_\1_{GONE}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {GONE}"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), f"{GONE}@{GONE}"),
    # PostgreSQL quotes the row that broke a rule, and the driver what it was sent.
    (re.compile(r"(DETAIL:|\[parameters:).*"), rf"\1 {GONE}"),
    (re.compile(r"(?<![\w-])\+?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\+\d{10,15}\b"), GONE),  # telephones
)
_secrets: list[str] = []


def keep_back(secrets: Collection[str | None]) -> None:
    """Name the values of this process that no text may hold."""
    known = {each for each in secrets if each and len(each) >= SHORTEST}
    _secrets[:] = sorted(known, key=len, reverse=True)  # a secret inside another goes with it


def text(value: str) -> str:
    """The text without them."""
    for secret in _secrets:
        value = value.replace(secret, GONE)
    for pattern, instead in _PATTERNS:
        value = pattern.sub(instead, value)
    return value


def anything(value: Any) -> Any:
    """The same for all texts inside a JSON-like value."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {name: anything(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [anything(each) for each in value]
    return value
