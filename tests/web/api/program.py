"""A program that calls the API as its document says, and holds every answer against the document."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from flask import Flask
from jsonschema import FormatChecker
from openapi_schema_validator import OAS31Validator
from werkzeug.test import TestResponse

from exodrive.blueprints.api import ADDRESS
from exodrive.blueprints.api.openapi import document
from exodrive.kernel.db import db

PROBLEM = "application/problem+json"


class Program:
    """`credentials` are a token or a booking's key; None for a stranger."""

    def __init__(self, app: Flask, credentials: str | None = None) -> None:
        self.app = app
        self.credentials = credentials

    def with_(self, credentials: str) -> Program:
        """The same with other credentials."""
        return Program(self.app, credentials)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("POST", path, body, **headers)

    def call(self, method: str, path: str, body: Any, **headers: str) -> TestResponse:
        """`Idempotency_Key="1"` is the header `Idempotency-Key`. A body that is text is sent as it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.credentials is not None:
            named.setdefault("Authorization", f"Bearer {self.credentials}")
        data = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        kind = named.pop("Content-Type", "application/json") if data is not None else None
        address = path if path.startswith(ADDRESS) else ADDRESS + path
        with self.app.test_client(use_cookies=False) as client:
            answer = client.open(address, method=method, data=data, content_type=kind, headers=named)
        db.session.remove()
        check(self.app, method, address.removeprefix(ADDRESS).partition("?")[0], answer)
        return answer


@cache
def written(app: Flask) -> dict[str, Any]:
    """The document, made once: the table does not change while the tests run."""
    with app.test_request_context():
        return document.make(server="http://localhost", house="House")


def check(app: Flask, method: str, path: str, answer: TestResponse) -> None:
    """Hold an answer against the document."""
    whole = written(app)
    for template, methods in whole["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in methods:
            _check(whole, methods[method.lower()]["responses"], answer)
            return


def _check(whole: dict[str, Any], responses: dict[str, Any], answer: TestResponse) -> None:
    said = responses.get(str(answer.status_code))
    assert said is not None, f"{answer.status_code} is not in the document: {answer.text[:500]}"
    for name in set(answer.headers.keys()) & {
        "ETag",
        "Location",
        "Idempotent-Replayed",
        "Preference-Applied",
    }:
        assert name in said["headers"], f"{name} is not in the document"
    if answer.status_code == 304:
        assert answer.data == b""
        return
    content = said["content"][answer.mimetype]
    if answer.is_json or answer.mimetype == PROBLEM:
        schema = {**content["schema"], "components": whole["components"]}
        OAS31Validator(schema, format_checker=FormatChecker()).validate(json.loads(answer.data))
