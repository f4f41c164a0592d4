"""Pages of a list by a cursor: the place of the last row, so that rows that come meanwhile shift nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from exodrive.blueprints.api.shapes import Asked
from exodrive.kernel.cursors import CursorUnreadable

USUAL, MOST = 25, 100
Row = TypeVar("Row")


class Paged(Asked):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    """How many rows a page has at most."""
    cursor: Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[A-Za-z0-9_=-]+$")] | None = None
    """Where to go on: `next` of the page before."""


def cursor(*place: object) -> str:
    """A place in a list as a text for the next page's address."""
    written = json.dumps(place, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode()


def cut(
    found: Sequence[Row], *, limit: int, place_of: Callable[[Row], tuple[object, ...]]
) -> tuple[Sequence[Row], str | None]:
    """The rows of a page, and the cursor of the next. `found` has one row more than `limit` if it can."""
    shown = found[:limit]
    return shown, cursor(*place_of(shown[-1])) if len(found) > limit else None


def place(given: str, *kinds: Any) -> tuple[Any, ...]:
    """What a cursor says, as values of these types. Raises CursorUnreadable for what we did not give out."""
    try:
        read = base64.b64decode(given.encode(), altchars=b"-_", validate=True)
        found: tuple[Any, ...] = TypeAdapter(tuple[kinds]).validate_json(read, strict=False)  # type: ignore[valid-type]
    except (ValueError, ValidationError) as error:
        raise CursorUnreadable from error
    return found
