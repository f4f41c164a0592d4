"""A problem, as the document describes it; `blueprints/problems.py` writes it."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from exodrive.blueprints.api.shapes import Shape


class FaultShape(Shape):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(title="Fault")

    pointer: str | None = None
    """Where in the body, as a JSON pointer (RFC 6901)."""
    parameter: str | None = None
    """Which parameter."""
    code: str
    detail: str


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str
    """Where the code is explained."""
    title: str
    status: int
    detail: str
    code: str
    """What went wrong, in a word that never changes."""
    instance: str
    """This very call, as the house's log names it."""
    errors: tuple[FaultShape, ...] | None = None
    """Each thing that is wrong with what was sent."""
    facts: dict[str, Any] | None = None
    """The refusal's data, such as what it costs now."""
