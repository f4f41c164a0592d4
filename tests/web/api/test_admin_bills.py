"""Bills by the staff's programs: the same deeds, once, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.kernel.ids import new_id
from tests import paper
from tests.bill_paper import Sheet
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import path, usd


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


@pytest.fixture
def booking_id(house: Flask) -> UUID:
    return paper.returned()


BODY: dict[str, Any] = {"lines": [{"name": "A scratched rim", "amount": usd(400_00)}], "reason": "on washing"}


def opened(desk: Program, booking_id: UUID) -> dict[str, Any]:
    answer = desk.post(path(booking_id, "bills"), BODY, Idempotency_Key="open")
    assert answer.status_code == 201, answer.text
    bill: dict[str, Any] = answer.json
    return bill


def deed(desk: Program, booking_id: UUID, bill: dict[str, Any], name: str, body: Any = None) -> Any:
    address = path(booking_id, f"bills/{bill['id']}/{name}")
    return desk.post(address, body, Idempotency_Key=f"{name}-{new_id()}")


def test_opened_once_listed_paid_and_written_off(desk: Program, booking_id: UUID) -> None:
    bill = opened(desk, booking_id)
    assert opened(desk, booking_id) == bill, "the same key opens it once"
    assert (bill["state"], bill["outstanding"]) == ("draft", usd(400_00))
    Sheet(UUID(bill["id"])).perform()
    assert [row["state"] for row in desk.get(path(booking_id, "bills")).json["items"]] == ["sent"]
    body = {"amount": usd(150_00), "method": "cash", "reference": "till 3"}
    answer = deed(desk, booking_id, bill, "record-payment", body)
    assert (answer.status_code, answer.json["state"]) == (200, "partly_paid")
    assert deed(desk, booking_id, bill, "remind").status_code == 202
    answer = deed(desk, booking_id, bill, "write-off", {"reason": "moved away"})
    assert (answer.json["state"], answer.json["written_off"]) == ("written_off", usd(250_00))


def test_withdrawn(desk: Program, booking_id: UUID) -> None:
    bill = opened(desk, booking_id)
    answer = deed(desk, booking_id, bill, "cancel", {"reason": "wrong line"})
    assert (answer.status_code, answer.json["state"]) == (202, "cancelled")
    assert deed(desk, booking_id, bill, "send").json["code"] == "bill_move_impossible"


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("record-payment", {"amount": usd(400_01), "method": "cash"}, 422, "amount_too_large"),
        ("record-payment", {"amount": {"amount": 1, "currency": "JPY"}, "method": "cash"}, 422, "no_amount"),
        ("record-payment", {"amount": usd(1), "method": "shells"}, 400, "request_invalid"),
        ("remind", None, 409, "bill_move_impossible"),
        ("cancel", {"reason": ""}, 400, "request_invalid"),
        ("write-off", {}, 400, "request_invalid"),
    ],
)
def test_what_cannot_be_done_is_named(
    desk: Program, booking_id: UUID, name: str, body: Any, status: int, code: str
) -> None:
    answer = deed(desk, booking_id, opened(desk, booking_id), name, body)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 400),
        ([{"name": "x", "amount": usd(0)}], 400),
        ([{"name": "x", "amount": usd(10**12)}] * 3, 422),
        ([{"name": "x", "amount": {"amount": 5, "currency": "EUR"}}], 422),
    ],
)
def test_unfit_lines(desk: Program, booking_id: UUID, lines: list[Any], status: int) -> None:
    answer = desk.post(path(booking_id, "bills"), {**BODY, "lines": lines}, Idempotency_Key="1")
    assert answer.status_code == status, answer.text


def test_a_bill_of_another_booking_is_not_there(desk: Program, booking_id: UUID) -> None:
    bill = opened(desk, booking_id)
    assert deed(desk, new_id(), bill, "remind").status_code == 404
    assert deed(desk, booking_id, {"id": str(new_id())}, "remind").json["code"] == "bill_not_found"


def test_a_running_rental_is_not_billed(desk: Program, house: Flask) -> None:
    answer = desk.post(path(paper.on_rent(), "bills"), BODY, Idempotency_Key="1")
    assert (answer.status_code, answer.json["code"]) == (409, "bill_too_early")


def test_only_the_booking_that_was_seen_is_billed(desk: Program, booking_id: UUID) -> None:
    def look() -> str:
        return str(desk.get(f"/admin/bookings/{booking_id}").headers["ETag"])

    seen = look()
    bill = desk.post(path(booking_id, "bills"), BODY, Idempotency_Key="1", If_Match=seen)
    assert bill.status_code == 201, bill.text
    assert bill.headers["ETag"] == look() != seen
    money = {"amount": usd(1_00), "method": "cash"}
    for name, body in (
        ("send", None), ("remind", None), ("cancel", {"reason": "x"}), ("record-payment", money),
        ("write-off", {"reason": "x"}),
    ):  # fmt: skip
        address = path(booking_id, f"bills/{bill.json['id']}/{name}")
        late = desk.post(address, body, Idempotency_Key=name, If_Match=seen)
        assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile"), name
    late = desk.post(path(booking_id, "bills"), BODY, Idempotency_Key="2", If_Match=seen)
    assert late.status_code == 412
    address = path(booking_id, f"bills/{bill.json['id']}/record-payment")
    assert desk.post(address, money, Idempotency_Key="3", If_Match=look()).status_code == 200
