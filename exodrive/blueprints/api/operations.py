"""The table of operations. Each row makes a route and its part of the OpenAPI document.

`@operation(...)` stands above the view. The request's shapes are read from the view's annotations (`body`,
`query`, and the path's parameters), who may call it from `blueprints/access.py`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, get_type_hints
from uuid import UUID

from exodrive.blueprints.access import ACCESS, IN_PART
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.shapes import Shape
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel.errors import DomainError, NotFound

BLUEPRINT = "api"
GOOD = (200, 201, 202)
READS, CHANGES = frozenset({"GET"}), frozenset({"POST", "PUT", "PATCH", "DELETE"})
View = TypeVar("View", bound=Callable[..., Answer])


class Seen(NamedTuple):
    """What If-Match speaks of: `lock` takes its rows, `look` answers what reading it would answer now.

    Both are called with what the view is called with.
    """

    lock: Callable[..., object]
    look: Callable[..., Shape]

    @property
    def shape(self) -> type[Shape]:
        """What it looks like, by what `look` says that it returns."""
        found: type[Shape] = get_type_hints(self.look)["return"]
        return found


class Says(NamedTuple):
    """One good answer: its shape (None for a file), what it means, and a file's media type."""

    shape: type[Shape] | None
    words: str
    media_type: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that can be done over HTTP."""

    name: str
    method: str
    path: str  # below the API's address, as Flask writes it
    tag: str
    summary: str
    words: str
    view: Callable[..., Answer]
    body: type[Shape] | None
    query: type[Shape] | None
    answers: Mapping[int, Says]
    errors: tuple[type[DomainError], ...]
    # A write takes an Idempotency-Key and is kept; `key_required` where trying twice would do it twice.
    write: bool
    key_required: bool
    waits: bool  # takes Prefer: wait, since the outcome comes from a provider
    matches: Seen | None  # takes If-Match: the call goes on only if this is as the caller has seen it
    # Whose booking it is about, by the view's arguments; needed where a booking's key or its maker may call.
    booking: Callable[..., UUID | None] | None
    missing: type[NotFound]  # the answer for what is not there, and for what is another's
    # Taken around the transaction: a lock that keeps a crowd out of the database.
    turn: Callable[..., AbstractContextManager[None]]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def access(self) -> str:
        """Its rule in the one list of `blueprints/access.py`; empty where nobody has thought about it."""
        return ACCESS.get(f"{BLUEPRINT}.{self.name}", "")

    @property
    def access_in_part(self) -> str:
        """The rule of what it does beyond the house's own rules; empty where it does nothing so."""
        return IN_PART.get(f"{BLUEPRINT}.{self.name}", "")

    @property
    def tagged(self) -> bool:
        """Whether its good answer has an ETag: what is read, what is made, what a change leaves behind."""
        return self.method in READS or self.matches is not None or 201 in self.answers


OPERATIONS: dict[str, Operation] = {}


def operation(
    method: str,
    path: str,
    *,
    tag: str,
    summary: str,
    answers: Mapping[int, Says],
    errors: Iterable[type[DomainError]] = (),
    write: bool | None = None,
    key_required: bool = False,
    waits: bool = False,
    matches: Seen | None = None,
    booking: Callable[..., UUID | None] | None = None,
    missing: type[NotFound] = BookingNotFound,
    turn: Callable[..., AbstractContextManager[None]] = lambda **_: nullcontext(),
) -> Callable[[View], View]:
    """Put a view into the table; it is called by `dispatch` alone, inside a transaction.

    The view's name is the operation's, its docstring the description. `write` is what a method other than GET
    is unless said otherwise, as of a quote, which changes nothing.
    """

    def listed(view: View) -> View:
        hints = get_type_hints(view)
        inside = set(re.findall(r"<(?:\w+:)?(\w+)>", path))
        row = Operation(
            name=view.__name__,
            method=method,
            path=path,
            tag=tag,
            summary=summary,
            words=inspect.getdoc(view) or "",
            view=view,
            body=hints.get("body"),
            query=hints.get("query"),
            answers=answers,
            errors=tuple(errors),
            write=method in CHANGES if write is None else write,
            key_required=key_required,
            waits=waits,
            matches=matches,
            booking=booking,
            missing=missing,
            turn=turn,
            parameters={name: hint for name, hint in hints.items() if name in inside},
        )
        _check(row, inside)
        OPERATIONS[row.name] = row
        return view

    return listed


def _check(row: Operation, inside: set[str]) -> None:
    """Refuse a row that contradicts itself, when it is written."""
    if row.name in OPERATIONS:
        raise ValueError(f"there are two operations called {row.name}")
    if set(row.parameters) != inside:
        raise ValueError(f"{row.name} does not take what its path has: {sorted(inside)}")
    if not row.answers or any(status not in GOOD for status in row.answers):
        raise ValueError(f"{row.name} has no good answer, or one that is none")
