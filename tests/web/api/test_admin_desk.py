"""Money at the counter by the staff's programs: done once, refused by name, listed as it is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import path, usd

TAKEN = {"method": "terminal", "amount": usd(50_00), "reference": "7041"}


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


def test_taken_handed_back_and_corrected(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    taken = desk.post(path(booking_id, "receipts"), TAKEN, Idempotency_Key="1")
    assert taken.status_code == 200, taken.text
    again = desk.post(path(booking_id, "receipts"), TAKEN, Idempotency_Key="1")
    assert again.json == taken.json, "the same key is the same deed"
    (receipt,) = taken.json["receipts"]
    assert (receipt["number"], receipt["purpose"], "Till" in receipt["by"]) == (1, "deposit", True)
    one = f"receipts/{receipt['id']}"
    body = {"amount": usd(20_00), "reference": "7044", "reason": "too much"}
    desk.post(path(booking_id, f"{one}/hand-back"), body, Idempotency_Key="2")
    desk.post(path(booking_id, f"{one}/correct"), {"amount": usd(5_00), "reason": "x"}, Idempotency_Key="3")
    shown = desk.get(path(booking_id, "receipts")).json
    assert [row["kind"] for row in shown["receipts"]] == ["taken", "given_back", "corrected"]
    assert shown["receipts"][0]["left"]["amount"] == 25_00
    more = desk.post(
        path(booking_id, f"{one}/hand-back"), {**body, "amount": usd(25_01)}, Idempotency_Key="4"
    )
    assert (more.status_code, more.json["code"]) == (422, "beyond_receipt")


def test_the_tag_of_one_deed_is_what_the_next_one_matches(desk: Program, house: Flask) -> None:
    """Also where a deed answers its receipts, and not the booking that If-Match speaks of."""
    booking_id = paper.confirmed()
    seen = desk.get(f"/admin/bookings/{booking_id}").headers["ETag"]
    first = desk.post(path(booking_id, "receipts"), TAKEN, Idempotency_Key="1", If_Match=seen)
    assert first.status_code == 200
    late = desk.post(path(booking_id, "receipts"), TAKEN, Idempotency_Key="2", If_Match=seen)
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    after = first.headers["ETag"]
    assert after == desk.get(f"/admin/bookings/{booking_id}").headers["ETag"]
    assert (
        desk.post(path(booking_id, "receipts"), TAKEN, Idempotency_Key="3", If_Match=after).status_code == 200
    )


@pytest.mark.parametrize(
    ("deed", "body", "status", "code"),
    [
        ("receipts", {**TAKEN, "amount": usd(0)}, 400, "request_invalid"),
        ("receipts", {**TAKEN, "amount": {"amount": 1, "currency": "EUR"}}, 422, "nothing_counted"),
        ("receipts", {**TAKEN, "method": "shells"}, 400, "request_invalid"),
        ("receipts", {**TAKEN, "purpose": "charge"}, 409, "not_taken_now"),
        ("release-deposit", {"reason": "clean"}, 409, "nothing_to_release"),
    ],
)
def test_what_cannot_be_done_is_named(
    desk: Program, house: Flask, deed: str, body: dict[str, Any], status: int, code: str
) -> None:
    booking_id = paper.confirmed()
    answer = desk.post(path(booking_id, deed), body, Idempotency_Key="1")
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def test_a_deposit_is_released_before_the_settlement(desk: Program, house: Flask) -> None:
    booking_id = paper.returned()
    answer = desk.post(path(booking_id, "release-deposit"), {"reason": "clean"}, Idempotency_Key="1")
    assert answer.status_code == 200, answer.text
    assert paper.answer(booking_id) == ["void"]
