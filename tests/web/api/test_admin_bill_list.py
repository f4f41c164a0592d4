"""The bills of all bookings by the staff's programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.billing.models import Bill
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import path, usd


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


def opened(desk: Program, booking_id: UUID, amount: int, *, due_in: int) -> str:
    body = {"lines": [{"name": "A scratched rim", "amount": usd(amount)}], "reason": "on washing"}
    made: Any = desk.post(path(booking_id, "bills"), body, Idempotency_Key=str(amount)).json
    at = clock.now()
    with transaction():
        session().get_one(Bill, UUID(made["id"])).due_at = at + timedelta(days=due_in)
    db.session.remove()
    return str(made["number"])


def test_page_by_page_with_what_is_to_come(desk: Program) -> None:
    booking_id = paper.returned()
    numbers = [opened(desk, booking_id, amount, due_in=days) for amount, days in ((100_00, -1), (200_00, 5))]
    first: Any = desk.get("/admin/bills?limit=1").json
    assert [(row["bill"]["number"], row["overdue"]) for row in first["items"]] == [(numbers[0], True)]
    assert first["items"][0]["booking_id"] == str(booking_id)
    assert first["totals"] == [{"count": 2, "outstanding": usd(300_00)}]
    rest: Any = desk.get(f"/admin/bills?limit=1&cursor={first['next']}").json
    assert [row["bill"]["number"] for row in rest["items"]] == numbers[1:]
    assert rest["next"] is None
    late: Any = desk.get("/admin/bills?view=overdue").json
    assert late["totals"] == [{"count": 1, "outstanding": usd(100_00)}]
    assert desk.get("/admin/bills?view=paid").json == {"items": [], "totals": [], "next": None}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("view=gone", 400, "request_invalid"),
        ("limit=0", 400, "request_invalid"),
        ("limit=101", 400, "request_invalid"),
        ("cursor=bm8", 422, "cursor_unreadable"),
        ("q=%00", 400, "bad_request"),
    ],
)
def test_what_cannot_be_asked_is_named(desk: Program, query: str, status: int, code: str) -> None:
    answer = desk.get(f"/admin/bills?{query}")
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
