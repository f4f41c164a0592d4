"""The document as a page for people: what stands in it, cut into what a template can show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from exodrive.blueprints.api.answers import JSON
from exodrive.blueprints.api.openapi import components, responses

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a shape or one parameter. `shape` is the name of the shape that it links to, if any."""

    name: str
    kind: str
    required: bool
    words: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Good:
    """One good answer."""

    status: str
    words: str
    shape: str
    example: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation."""

    name: str
    method: str
    path: str
    summary: str
    words: tuple[str, ...]
    who: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: str
    body_example: str
    answers: tuple[Good, ...]
    codes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What a problem's code means."""

    code: str
    status: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page shows."""

    words: tuple[str, ...]
    address: str
    tags: tuple[tuple[str, tuple[Entry, ...]], ...]
    shapes: tuple[tuple[str, str, tuple[Field, ...]], ...]
    codes: tuple[Code, ...]


def read(whole: Node) -> Page:
    """The page of a document."""
    entries = [
        (operation["tags"][0], _entry(whole, path, method, operation))
        for path, methods in whole["paths"].items()
        for method, operation in methods.items()
    ]
    return Page(
        words=tuple(whole["info"]["description"].strip().split("\n\n")),
        address=whole["servers"][0]["url"],
        tags=tuple(
            (tag["name"], tuple(entry for of, entry in entries if of == tag["name"])) for tag in whole["tags"]
        ),
        shapes=tuple(
            (name, shape.get("description", ""), tuple(_fields(shape)))
            for name, shape in sorted(whole["components"]["schemas"].items())
            if "properties" in shape
        ),
        codes=tuple(_codes(whole)),
    )


def _entry(whole: Node, path: str, method: str, operation: Node) -> Entry:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    return Entry(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=tuple(operation["description"].split("\n\n")),
        who=tuple(_who(operation)),
        parameters=tuple(_parameters(whole, operation)),
        body=_named(body),
        body_example=_example(whole, body),
        answers=tuple(_answers(whole, operation)),
        codes=tuple(
            (status, tuple(answer["content"][responses.PROBLEM]["examples"]))
            for status, answer in operation["responses"].items()
            if status >= "400"
        ),
    )


def _who(operation: Node) -> Iterator[str]:
    for way in operation["security"]:
        if not way:
            yield _("Anybody")
        for scheme, scopes in way.items():
            if scheme == components.BOOKING_KEY:
                yield _("The booking's key")
            elif scheme == components.PARTNER_TOKEN:
                yield _("A partner's token with %(scope)s", scope=scopes[0])
            else:
                yield _("A token of the house with %(scope)s", scope=scopes[0])


def _parameters(whole: Node, operation: Node) -> Iterator[Field]:
    for listed in operation["parameters"]:
        name = listed["$ref"].rsplit("/", 1)[-1] if "$ref" in listed else ""
        one = whole["components"]["parameters"][name] if name else listed
        yield Field(one["name"], _kind(one["schema"]), bool(one.get("required")), one.get("description", ""))


def _answers(whole: Node, operation: Node) -> Iterator[Good]:
    for status, answer in operation["responses"].items():
        if status < "300":
            schema = answer["content"].get(JSON, {}).get("schema", {})
            yield Good(status, answer["description"], _named(schema), _example(whole, schema))


def _fields(shape: Node) -> Iterator[Field]:
    required = shape.get("required", [])
    for name, schema in shape["properties"].items():
        yield Field(
            name, _kind(schema), name in required, schema.get("description", ""), _named(_inner(schema))
        )


def _codes(whole: Node) -> Iterator[Code]:
    seen: set[str] = set()
    for methods in whole["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                examples = answer.get("content", {}).get(responses.PROBLEM, {}).get("examples", {})
                for code, example in examples.items():
                    if code not in seen:
                        seen.add(code)
                        yield Code(code, status, example["value"]["title"], example["value"]["detail"])


def _kind(schema: Node) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return _named(schema)
    if "anyOf" in schema:
        return " | ".join(_kind(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return _("list of %(kind)s", kind=_kind(schema.get("items", {})))
    return str(schema.get("format") or schema.get("type") or "any")


def _inner(schema: Node) -> Node:
    """The shape inside a list or a choice."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return _inner(options[0]) if options else schema.get("items", schema)


def _named(schema: Node) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _example(whole: Node, schema: Node) -> str:
    shape = whole["components"]["schemas"].get(_named(schema), {})
    examples = shape.get("examples") or [made for made in [_made(whole, shape)] if made]
    return json.dumps(examples[0], indent=2, ensure_ascii=False) if examples else ""


def _made(whole: Node, shape: Node) -> dict[str, Any]:
    """A page of a list has no example of its own: one row of it is one."""
    items = shape.get("properties", {}).get("items", {}).get("items", {})
    row = whole["components"]["schemas"].get(_named(items), {}).get("examples")
    return {"items": row, "next": None} if row else {}
