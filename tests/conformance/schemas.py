"""Turns the schemas of an OpenAPI file into strict ones: a property that the file does not name is a fault.

OpenAPI schemas are open, and `allOf` spreads one object over several of them. Here every object is first put
together from its parts and then closed, so that the validator can say which name nobody knows.
"""

from __future__ import annotations

import re
from typing import Any

Schema = dict[str, Any]

DEEPEST = 14  # schemas that contain themselves are followed this far and are open beyond
IN_PLACE = ("oneOf", "anyOf")
GATHERED = {"$ref", "allOf", "properties", "required", "items", "additionalProperties", *IN_PLACE}
# What says nothing about a document, or says it in OpenAPI 3.0's own way.
LEFT_OUT = {
    "discriminator",
    "xml",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "writeOnly",
}
LEFT_OUT |= {
    "exclusiveMinimum",
    "exclusiveMaximum",
    "default",
    "title",
    "description",
    "deprecated",
    "format",
}


class Strict:
    """Strict schemas of one OpenAPI document."""

    def __init__(self, document: Schema) -> None:
        self._document = document

    def close(self, schema: Schema, depth: int = 0) -> Schema:
        """The schema with every object put together and closed."""
        parts = self._parts(schema)
        if depth > DEEPEST:
            return {}
        closed = self._merge(parts, depth)
        open_end = any("additionalProperties" in part and part["additionalProperties"] for part in parts)
        if self._names_properties(parts) and not open_end:
            closed["unevaluatedProperties"] = False
        return self._or_null(closed, parts)

    def _branch(self, schema: Schema, depth: int) -> Schema:
        """One alternative of an object: checked, and closed by the object around it."""
        parts = self._parts(schema)
        return self._or_null(self._merge(parts, depth), parts) if depth <= DEEPEST else {}

    def _merge(self, parts: list[Schema], depth: int) -> Schema:
        merged: Schema = {"allOf": [rest for part in parts if (rest := _rest(part))]}
        gathered: dict[str, list[Schema]] = {}
        for part in parts:
            for name, inner in part.get("properties", {}).items():
                gathered.setdefault(name, []).append(inner)
        if gathered:
            merged["properties"] = {
                name: self.close({"allOf": inner}, depth + 1) for name, inner in gathered.items()
            }
        items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
        if items:
            merged["items"] = self.close({"allOf": items}, depth + 1)
        required = sorted({name for part in parts for name in part.get("required", [])})
        if required:
            merged["required"] = required
        for part in parts:
            if isinstance(part.get("additionalProperties"), dict):
                merged["additionalProperties"] = self.close(part["additionalProperties"], depth + 1)
            for word in IN_PLACE:
                if word in part:
                    # Alternatives overlap freely in these files: "exactly one" would be a false alarm.
                    choice = {"anyOf": [self._branch(one, depth + 1) for one in part[word]]}
                    merged["allOf"].append(choice)
        return merged

    def _parts(self, schema: Schema, seen: tuple[str, ...] = ()) -> list[Schema]:
        """The schema and all that it is composed of, references followed."""
        if "$ref" in schema:
            reference = schema["$ref"]
            return [] if reference in seen else self._parts(self.resolve(reference), (*seen, reference))
        parts = [schema]
        for inner in schema.get("allOf", []):
            parts += self._parts(inner, seen)
        return parts

    def resolve(self, reference: str) -> Schema:
        found: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return dict(found)

    def _names_properties(self, parts: list[Schema]) -> bool:
        return any(
            part.get("properties") or any(self._names_properties(self._parts(one)) for one in _choices(part))
            for part in parts
        )

    @staticmethod
    def _or_null(schema: Schema, parts: list[Schema]) -> Schema:
        nullable = any(part.get("nullable") for part in parts)
        return {"anyOf": [schema, {"type": "null"}]} if nullable else schema


def _choices(part: Schema) -> list[Schema]:
    return [one for word in IN_PLACE for one in part.get(word, [])]


def _rest(part: Schema) -> Schema:
    """What a part says besides its structure."""
    rest = {name: value for name, value in part.items() if name not in GATHERED | LEFT_OUT}
    rest = {name: value for name, value in rest.items() if not name.startswith("x-")}
    if "pattern" in rest and not _compiles(rest["pattern"]):
        del rest["pattern"]  # written for another dialect of regular expressions
    return rest


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
