"""The document says what the routes do, the routes do what the document says, and both name every refusal."""

from __future__ import annotations

import ast
import gzip
import inspect
import re
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from flask import Flask
from openapi_schema_validator import OAS31Validator

from exodrive.blueprints import error_texts, problems
from exodrive.blueprints.api import ADDRESS
from exodrive.blueprints.api.openapi import responses
from exodrive.blueprints.api.operations import OPERATIONS, Operation
from exodrive.kernel.errors import DomainError
from tests.web.api.program import Program, written

RAISES = re.compile(r"Raises ([^:;]*?)(?:\.\s|\.$|;|$)", re.DOTALL)


def test_every_route_is_in_the_document_and_the_reverse(house: Flask) -> None:
    routed = {
        (rule.rule.removeprefix(ADDRESS), method)
        for rule in house.url_map.iter_rules()
        if rule.rule.startswith(ADDRESS) and rule.endpoint not in ("api.document", "api.docs")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = {
        (re.sub(r"\{(\w+)\}", r"<\1>", path), method.upper())
        for path, methods in written(house)["paths"].items()
        for method in methods
    }
    assert {(re.sub(r"<\w+:", "<", path), method) for path, method in routed} == listed


def test_the_document_goes_over_the_wire_as_small_as_it_can(house: Flask) -> None:
    address = f"{ADDRESS}/openapi.json"
    with house.test_client() as client:
        plain = client.get(address)
        small = client.get(address, headers={"Accept-Encoding": "gzip"})
        known = client.get(
            address, headers={"Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]}
        )
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 8
    assert (known.status_code, known.data) == (304, b"")


def test_every_example_is_of_its_shape(house: Flask) -> None:
    whole = written(house)
    for name, schema in whole["components"]["schemas"].items():
        for example in schema.get("examples", []):
            OAS31Validator({**schema, "components": whole["components"]}).validate(example), name


def test_whatever_is_sent_and_answered_has_an_example(house: Flask) -> None:
    whole = written(house)
    shapes = whole["components"]["schemas"]
    bare = {
        f"{name} of {path}"
        for path, methods in whole["paths"].items()
        for operation in methods.values()
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in part.get("content", {}).values()
        for name in [content["schema"].get("$ref", "").rpartition("/")[2]]
        if name and not shapes[name].get("examples")
    }
    assert not bare, sorted(bare)


def test_every_change_of_what_can_be_read_heeds_if_match() -> None:
    """What makes something new names nothing in its path, and has nothing to match."""
    deaf = {row.name for row in OPERATIONS.values() if row.write and row.matches is None and "<" in row.path}
    assert not deaf, sorted(deaf)


def test_every_operation_and_field_is_told_in_words(house: Flask) -> None:
    for path, methods in written(house)["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["operationId"]
    for name, schema in written(house)["components"]["schemas"].items():
        assert schema.get("description") or "enum" in schema, name


def test_what_use_cases_raise_is_listed(house: Flask) -> None:
    """As far as the use cases say so themselves: each names its refusals in its docstring."""
    known = {kind.__name__: kind for kind in all_errors(DomainError)}
    missing = {
        f"{row.name}: {function.__module__}.{function.__qualname__} raises {name}"
        for row in OPERATIONS.values()
        for function in called(row)
        for name in named(function)
        if name in known.keys() - NOT_HERE
        and (function.__module__, name) not in HANDLED
        and not issubclass(known[name], (*row.errors, row.missing))
    }
    assert not missing, sorted(missing)


# For callers who name a version, where If-Match does here; and for a house that was never set up.
NOT_HERE = {"Stale", "NoHouse", "PolicyNotFound"}
# What a use case says that it raises, and its caller here makes sure that it does not.
HANDLED = {
    ("exodrive.bookings.transitions", "BookingNotFound"),  # looked up before
    ("exodrive.payments.operations", "OperationNotFound"),
    ("exodrive.storage.files", "FileNotFound"),
    ("exodrive.fleet.queries", "CarNotFound"),
    ("exodrive.house.queries", "PlaceNotFound"),
    ("exodrive.pricing.days", "ReturnBeforePickup"),
    ("exodrive.pricing.rules", "ReturnBeforePickup"),
    ("exodrive.pricing.rules", "ExtraUnknown"),
    ("exodrive.pricing.rules", "ExtraQuantity"),
    ("exodrive.bookings.after_return.tolls", "TollFileNotFound"),  # kept by the same call
    ("exodrive.bookings.after_return.tolls", "TollFileImported"),
}


def test_every_code_has_words(house: Flask) -> None:
    """Its own, or those of its status."""
    with house.test_request_context():
        for row in OPERATIONS.values():
            for status, codes in responses.problem_codes(row).items():
                for code in codes:
                    text = error_texts.of_code(code, status)
                    assert str(text.title), code


def test_no_two_shapes_share_a_name(house: Flask) -> None:
    """They would be told apart by our modules' names, which callers' programs would then depend on."""
    assert [name for name in written(house)["components"]["schemas"] if not name.isalnum()] == []


def test_no_two_refusals_share_a_code() -> None:
    codes: dict[str, type[DomainError]] = {}
    for row in OPERATIONS.values():
        for error in row.errors:
            assert codes.setdefault(error.code, error) is error


def test_it_is_kept_for_a_while_and_told_once(program: Program) -> None:
    first = program.get("/openapi.json")
    assert first.json["openapi"] == "3.1.0"
    assert "max-age" in first.headers["Cache-Control"]
    assert program.get("/openapi.json", If_None_Match=first.headers["ETag"]).status_code == 304


def test_the_page_explains_every_operation_and_code(program: Program, house: Flask) -> None:
    page = program.get("/docs").text
    for row in OPERATIONS.values():
        assert f'id="{row.name}"' in page
        for codes in responses.problem_codes(row).values():
            for code in codes:
                assert f'id="{code}"' in page
    assert len(re.findall(r'\bid="([^"]+)"', page)) == len(set(re.findall(r'\bid="([^"]+)"', page)))
    assert problems.TYPES == "/api/v1/docs#"


def all_errors(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("exodrive."):  # tests have facts of their own
            yield below
            yield from all_errors(below)


def called(row: Operation) -> Iterator[FunctionType]:
    """The functions of our domain that an operation calls, through those of its own package as well."""
    seen: set[Any] = set()
    waiting: list[Any] = [row.view, *(row.matches or ())]
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        for found in _called_by(function):
            if found.__module__.startswith("exodrive.blueprints.api"):
                waiting.append(found)
            elif found.__module__.startswith("exodrive."):
                yield found


def _called_by(function: FunctionType) -> Iterator[FunctionType]:
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            scope: Any = function.__globals__
            found: Any = None
            if isinstance(target, ast.Name):
                found = scope.get(target.id)
            elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                owner = scope.get(target.value.id)
                found = getattr(owner, target.attr, None) if isinstance(owner, ModuleType) else None
            if isinstance(found, FunctionType):
                yield found


def named(function: FunctionType) -> Iterator[str]:
    for sentence in RAISES.findall(function.__doc__ or ""):
        yield from re.findall(r"\b[A-Z][A-Za-z]+\b", sentence)
