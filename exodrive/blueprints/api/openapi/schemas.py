"""The shapes of the API as JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from exodrive.blueprints.api.openapi.problem_shapes import Problem
from exodrive.blueprints.api.operations import Operation
from exodrive.blueprints.api.shapes import Shape

PLACE = "#/components/schemas/"


def ref(shape: type[Shape]) -> dict[str, str]:
    """Where the document has a shape."""
    return {"$ref": PLACE + shape.__name__}


def of(rows: list[Operation]) -> dict[str, Any]:
    """The shapes of all operations, by name."""
    shapes: set[type[Shape]] = {Problem}
    for row in rows:
        shapes |= {says.shape for says in row.answers.values() if says.shape}
        if row.body is not None:
            shapes.add(row.body)
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, schema = models_json_schema(
        [(shape, "validation") for shape in ordered], ref_template=PLACE + "{model}"
    )
    made: dict[str, Any] = _closed(schema["$defs"])
    return made


def _closed(node: Any) -> Any:
    """What has names of a pattern has no others: pydantic refuses them, but does not say so in the schema."""
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(part) for name, part in node.items()}
    return {"additionalProperties": False, **closed} if "patternProperties" in node else closed
