"""Every route of the app with an address that fits it: what is added to the app is walked without asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, PathConverter, Rule, UUIDConverter
from werkzeug.routing.converters import NumberConverter

SECRET = "x" * 43  # of the length of a page link's secret
SAMPLES: dict[str, str] = {"secret": SECRET, "token": "WyJ4Il0.x", "slug": "aurelia-gt", "body": "gt-coupe"}


class Route(NamedTuple):
    """One way into the app."""

    endpoint: str
    method: str
    address: str
    rule: Rule


def all_routes(app: Flask, values: Mapping[str, str] | None = None) -> Iterator[Route]:
    """Every rule with each of its methods; arguments that `values` does not name get something that fits."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, each.endpoint)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(rule.endpoint, method, address(app, rule, values or {}), rule)


def address(app: Flask, rule: Rule, values: Mapping[str, str]) -> str:
    chosen = {name: values.get(name, _fitting(rule, name)) for name in rule.arguments}
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, chosen, method=next(iter(rule.methods or {"GET"})))


def _fitting(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return UUID(int=7)
    if isinstance(converter, IntegerConverter | NumberConverter):
        return 7
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    if isinstance(converter, PathConverter):
        return "mark.svg"
    return SAMPLES.get(name, "EXD-N0NE00")
