"""How one deed of the audit trail looks, and what its sentences are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from exodrive.rendering import formats

Data = Mapping[str, Any]


class Look(NamedTuple):
    icon: str
    text: Callable[[Data], str]
    tone: str = ""


def plain(sentence: Callable[[], str]) -> Callable[[Data], str]:
    """A sentence that needs nothing of the entry's data."""
    return lambda _data: sentence()


def figure(data: Data, name: str = "amount") -> str:
    """A figure of the entry with its currency."""
    return formats.amount(data[name], data["currency"])
