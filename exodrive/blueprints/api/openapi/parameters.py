"""What an operation is asked with, beside its body: path, query, headers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from exodrive.blueprints.api.openapi import components, schemas
from exodrive.blueprints.api.operations import Operation


def of(row: Operation) -> list[dict[str, Any]]:
    """All of them, in this order."""
    return [*_path_parameters(row), *_query_parameters(row), *_header_parameters(row)]


def _path_parameters(row: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"} if kind is UUID else {"type": "string"},
        }
        for name, kind in row.parameters.items()
    ]


def _query_parameters(row: Operation) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    schema = row.query.model_json_schema(ref_template=schemas.PLACE + "{model}")
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": part.get("description", ""),
            "schema": _without_null({key: value for key, value in part.items() if key != "description"}),
        }
        for name, part in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is not `null` when it is there."""
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    return {**schema, **options[0]} if len(options) == 1 else schema


def _header_parameters(row: Operation) -> list[dict[str, Any]]:
    names = []
    if row.write:
        names.append("IdempotencyKey")
    if row.matches:
        names.append("IfMatch")
    if row.method == "GET" and row.tagged:
        names.append("IfNoneMatch")
    if row.waits:
        names.append("Prefer")
    listed: list[dict[str, Any]] = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    if row.key_required:
        listed[0] = {**components.PARAMETERS["IdempotencyKey"], "required": True}
    return listed
