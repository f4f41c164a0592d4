"""Whatever is sent, the answer is a problem with a code: never a fault of ours, never a page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from exodrive.kernel.db import db
from tests.web.api import customer
from tests.web.api.program import PROBLEM, Program

WISH = customer.wish()


def sent(**changes: Any) -> dict[str, Any]:
    return {**WISH, **changes}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"{'car': 1}",
        b"[" * 10_000,
        b'{"car":' * 5_000,
        b'{"car": "\\ud800"}',
        b'{"car": "a\\u0000b"}',
        b'{"additional_drivers": ' + b"9" * 5_000 + b"}",
        b'{"additional_drivers": 1e400}',
        b'{"additional_drivers": NaN}',
    ],
)
def test_a_body_that_cannot_be_read(program: Program, body: bytes) -> None:
    answer = program.post("/quotes", body)
    assert (answer.status_code, answer.json["code"]) == (400, "request_invalid")
    assert answer.mimetype == PROBLEM


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"price": 1}, "#/price"),
        ({"total": {"amount": 1, "currency": "USD"}}, "#/total"),
        ({"car": 1}, "#/car"),
        ({"car": None}, "#/car"),
        ({"car": "Aurelia GT"}, "#/car"),
        ({"car": "a" * 200}, "#/car"),
        ({"pickup_at": "2026-12-11T10:00:00"}, "#/pickup_at"),
        ({"pickup_at": 1_800_000_000}, "#/pickup_at"),
        ({"pickup_at": "1800000000"}, "#/pickup_at"),
        ({"pickup_at": "2026-02-30T10:00:00Z"}, "#/pickup_at"),
        ({"pickup_at": "2026-12-11"}, "#/pickup_at"),
        ({"additional_drivers": "1"}, "#/additional_drivers"),
        ({"additional_drivers": True}, "#/additional_drivers"),
        ({"additional_drivers": 1.5}, "#/additional_drivers"),
        ({"additional_drivers": -1}, "#/additional_drivers"),
        ({"additional_drivers": 10**30}, "#/additional_drivers"),
        ({"extras": []}, "#/extras"),
        ({"extras": {"a/b~c": 1}}, "#/extras/a~1b~0c/[key]"),
    ],
)
def test_a_field_that_is_wrong_is_named(program: Program, changes: dict[str, Any], pointer: str) -> None:
    answer = program.post("/quotes", sent(**changes))
    assert answer.status_code == 400
    assert pointer in {fault["pointer"] for fault in answer.json["errors"]}


def test_all_faults_are_told_at_once(program: Program) -> None:
    answer = program.post("/quotes", {"car": 1, "pickup_at": "soon"})
    assert {fault["pointer"] for fault in answer.json["errors"]} == {
        "#/car", "#/pickup_at", "#/pickup_place", "#/return_at"
    }  # fmt: skip


def test_a_whole_number_may_be_written_with_a_point(program: Program) -> None:
    assert program.post("/quotes", sent(additional_drivers=1.0)).status_code == 200


def test_moments_are_taken_with_any_offset(program: Program) -> None:
    here = program.post("/quotes", sent())
    there = program.post(
        "/quotes", sent(pickup_at="2026-12-11t15:00:00z", return_at="2026-12-15T00:00+09:00")
    )
    assert here.json["price"] == there.json["price"]
    assert there.json["pickup_at"] == "2026-12-11T15:00:00Z"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]
)
def test_only_json_is_taken(program: Program, kind: str) -> None:
    answer = program.post("/quotes", "car=aurelia-gt", Content_Type=kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_body_has_its_limit(program: Program) -> None:
    answer = program.post("/quotes", b" " * (64 * 1024 + 1))
    assert (answer.status_code, answer.json["code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("colour=red", "colour"),
        ("price_min=-1", "price_min"),
        ("price_max=" + "9" * 50, "price_max"),
        ("category=A%20B", "category"),
        ("cursor=%C3%BC", "cursor"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(program: Program, query: str, parameter: str) -> None:
    answer = program.get(f"/cars?{query}")
    assert answer.status_code == 400
    assert parameter in {fault["parameter"] for fault in answer.json["errors"]}


@pytest.mark.parametrize("cursor", ["abc", "AAAA", "W10=", "WzEsMl0=", "bnVsbA==", "WyJ4IiwieSJd"])
def test_a_cursor_is_one_of_ours(program: Program, cursor: str) -> None:
    answer = program.get(f"/cars?cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (422, "cursor_unreadable")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/bookings/not-an-id", 404, "not_found"),
        ("DELETE", "/cars", 405, "method_not_allowed"),
        ("GET", "/quotes", 405, "method_not_allowed"),
        ("GET", "/cars/a%00b", 400, "bad_request"),
    ],
)
def test_the_web_s_own_refusals_are_problems(
    program: Program, method: str, path: str, status: int, code: str
) -> None:
    with program.app.test_client() as client:
        answer = client.open(f"/api/v1{path}", method=method)
    assert (answer.status_code, answer.json["code"], answer.mimetype) == (status, code, PROBLEM)
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]
    assert answer.json["type"] == f"/api/v1/docs#{code}"
    assert answer.json["instance"].endswith(answer.headers["X-Request-Id"])
    if status == 405:
        assert "Allow" in answer.headers


def test_a_fault_of_ours_tells_nothing(house: Flask, program: Program) -> None:
    house.testing, house.config["PROPAGATE_EXCEPTIONS"] = False, False
    try:
        with house.app_context():
            db.session.execute(text("ALTER TABLE cars RENAME TO cars_away"))
            db.session.commit()
        answer = program.get("/cars")
    finally:
        house.testing, house.config["PROPAGATE_EXCEPTIONS"] = True, None
        with house.app_context():
            db.session.execute(text("ALTER TABLE cars_away RENAME TO cars"))
            db.session.commit()
    assert (answer.status_code, answer.json["code"]) == (500, "internal_server_error")
    assert "cars_away" not in answer.text
    assert "psycopg" not in answer.text
