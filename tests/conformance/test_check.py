"""The check itself: it has to find what is wrong, or its silence means nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import check

SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/things/{id}": {
            "get": {
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/S/thing"}}}}}
            }
        },
        "/things/{id}/authorize": {
            "post": {
                "responses": {"422": {"content": {"application/json": {"schema": {"$ref": "#/S/refusal"}}}}}
            }
        },
        "/things": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/S/new"}}}},
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/S/thing"}}}},
                    "422": {"content": {"application/json": {"schema": {"$ref": "#/S/refusal"}}}},
                },
            }
        },
    },
    "S": {
        "new": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        "thing": {
            "type": "object",
            "allOf": [
                {"$ref": "#/S/new"},
                {
                    "properties": {
                        "state": {"type": "string", "enum": ["ON", "OFF"]},
                        "note": {"type": "string", "nullable": True},
                        "parts": {"type": "array", "items": {"$ref": "#/S/thing"}},
                        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
                    }
                },
            ],
        },
        "detail": {
            "type": "object",
            "properties": {"issue": {"type": "string"}, "field": {"type": "string"}},
        },
        "refusal": {
            "allOf": [
                {"properties": {"details": {"type": "array", "items": {"$ref": "#/S/detail"}}}},
                {
                    "properties": {
                        "details": {"items": {"anyOf": [{"properties": {"issue": {"enum": ["BAD"]}}}]}}
                    }
                },
            ]
        },
    },
}


@pytest.fixture
def specs(tmp_path: Path) -> check.Specs:
    for provider in ("paypal", "docuseal", "resend"):
        (tmp_path / provider).mkdir()
        (tmp_path / provider / "spec.json").write_text(json.dumps(SPEC))
    return check.Specs(tmp_path)


def exchange(**changed: Any) -> dict[str, Any]:
    whole = {"provider": "paypal", "method": "GET", "path": "/things/1", "request": None, "status": 200}
    return {**whole, "response": {"name": "a"}, **changed}


def faults(specs: check.Specs, **changed: Any) -> list[str]:
    findings = check.Findings()
    check.check_exchange(specs, exchange(**changed), findings)
    return list(findings.faults)


GOOD: list[Any] = [
    {"name": "a", "state": "ON", "note": None, "parts": [{"name": "b"}], "tags": {"x": "y"}},
    {"name": "a", "parts": []},
]
BAD: list[tuple[Any, str]] = [
    ({}, "'name' is a required property"),
    ({"name": 1}, "is not of type 'string'"),
    ({"name": "a", "state": "HALF"}, "is not one of"),
    ({"name": "a", "colour": "red"}, "'colour' was unexpected"),
    ({"name": "a", "parts": [{"name": "b", "colour": "red"}]}, "'colour' was unexpected"),
    ({"name": "a", "tags": {"x": 1}}, "is not of type 'string'"),
    ({"name": None}, "is not of type 'string'"),
]


@pytest.mark.parametrize("document", GOOD)
def test_what_the_file_allows_passes(specs: check.Specs, document: Any) -> None:
    assert faults(specs, response=document) == []


@pytest.mark.parametrize(("document", "words"), BAD)
def test_what_the_file_does_not_know_is_a_fault(specs: check.Specs, document: Any, words: str) -> None:
    found = faults(specs, response=document)
    assert len(found) == 1
    assert words in found[0]


def test_requests_are_checked_unless_they_were_refused(specs: check.Specs) -> None:
    asked: dict[str, Any] = {"method": "POST", "path": "/things", "request": {"name": "a", "age": 3}}
    assert "'age' was unexpected" in faults(specs, **asked, status=201)[0]
    assert faults(specs, **asked, status=422, response={"details": [{"issue": "BAD", "field": "/age"}]}) == []


def test_refusals_are_checked_with_their_issues(specs: check.Specs) -> None:
    asked: dict[str, Any] = {"method": "POST", "path": "/things", "status": 422}
    assert faults(specs, **asked, response={"details": [{"issue": "NEW"}]})
    assert faults(specs, **asked, response={"details": [{"issue": "BAD", "colour": "red"}]})


def test_a_known_deviation_is_named_but_no_fault(specs: check.Specs) -> None:
    findings = check.Findings()
    refusal = {"details": [{"issue": "INSTRUMENT_DECLINED"}]}
    line = exchange(method="POST", path="/things/1/authorize", status=422, response=refusal)
    check.check_exchange(specs, line, findings)
    assert (len(findings.deviations), len(findings.faults)) == (1, 0)
    assert faults(specs, method="POST", path="/things", status=422, response=refusal)


def test_an_undocumented_status_is_a_fault_when_it_is_a_success(specs: check.Specs) -> None:
    assert faults(specs, status=202)
    assert faults(specs, status=500) == []


def test_paths_outside_the_files_need_a_reason(specs: check.Specs) -> None:
    assert faults(specs, path="/elsewhere")
    assert faults(specs, path="/elsewhere", status=404) == []
    assert faults(specs, method="POST", path="/v1/oauth2/token") == []


def test_the_program_answers_with_its_exit_status(
    specs: check.Specs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "record.jsonl"
    record.write_text(json.dumps(exchange()) + "\n")
    assert check.main([str(tmp_path), str(record)]) == 0
    assert "No faults." in capsys.readouterr().out
    record.write_text(json.dumps(exchange(response={"name": "a", "x": 1})) + "\n")
    assert check.main([str(tmp_path), str(record)]) == 1
    assert "'x' was unexpected" in capsys.readouterr().out
    record.write_text("")
    assert check.main([str(tmp_path), str(record)]) == 1
    assert check.main([]) == 2
