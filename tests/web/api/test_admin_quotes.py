"""Quotes and bookings without pre-payment by the staff's programs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind, Scope
from exodrive.bookings.quote import quote_accepting
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from tests import rental
from tests.web.api import customer
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

WISH: dict[str, Any] = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    **customer.WEEKEND,
    "name": "Maya Okafor",
    "email": "maya@okafor.example",
    "phone": "(301) 555-0123",
    "extras": {"child-seat": 1},
}
UNPAID = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    **customer.WEEKEND,
    "renter": customer.RENTER,
    "accepted_policies": True,
    "prepayment": False,
}


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    """The house's own program with all scopes."""
    return Program(house, make_token(Kind.STAFF, name="Night desk"))


def post(desk: Program, path: str, body: Any = None, *, status: int = 200) -> Any:
    answer = desk.post(path, body, Idempotency_Key=str(uuid4()))
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_quote_is_sent_extended_mailed_again_and_withdrawn(desk: Program) -> None:
    made = post(desk, "/admin/quotes", {**WISH, "valid_days": 2, "hold_hours": 24}, status=201)
    assert (made["state"], made["phone"], made["openings"]) == ("open", "+13015550123", 0)
    assert made["booking_id"] is not None
    path = f"/admin/quotes/{made['id']}"
    assert desk.get(path).json == made
    assert [row["id"] for row in desk.get("/admin/quotes").json["items"]] == [made["id"]]
    assert post(desk, f"{path}/extend", {"valid_days": 3})["valid_until"] > made["valid_until"]
    post(desk, f"{path}/resend")
    assert post(desk, f"{path}/withdraw", {"reason": "Sold"})["state"] == "withdrawn"
    gone = post(desk, f"{path}/resend", status=409)
    assert (gone["code"], gone["facts"]) == ("quote_settled", {"state": "withdrawn"})
    assert desk.get("/admin/quotes?view=open").json["items"] == []


def test_it_becomes_a_booking_at_its_price(desk: Program) -> None:
    made = post(desk, "/admin/quotes", WISH, status=201)
    with transaction():
        booking, _ = quote_accepting.accept(
            made["id"], desk=rental.desk(), prefix="EXD", key=rental.KEY, at=clock.now()
        )
        booking_id = booking.id
    db.session.remove()
    read = desk.get(f"/admin/quotes/{made['id']}").json
    assert (read["state"], read["booking_id"]) == ("accepted", str(booking_id))
    booked = desk.get(f"/admin/bookings/{booking_id}").json
    assert (booked["price"], booked["source"]) == (made["price"], "quote")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"valid_days": 31}, 422, "quote_too_long"),
        ({"hold_hours": 49}, 422, "quote_too_long"),
        ({"phone": "none"}, 422, "details_refused"),
        ({"email": "a@b"}, 422, "details_refused"),
        ({"car": "no-such-car"}, 404, "car_not_found"),
        ({"extras": {"wings": 1}}, 422, "extra_unknown"),
        ({"note": 7}, 400, "request_invalid"),
    ],
)
def test_what_is_refused(desk: Program, change: dict[str, Any], status: int, code: str) -> None:
    assert post(desk, "/admin/quotes", {**WISH, **change}, status=status)["code"] == code


def test_booked_without_pre_payment(house: Flask, desk: Program, make_token: MakeToken) -> None:
    clerk = Program(house, make_token(Kind.STAFF, Scope.BOOKINGS_READ, Scope.BOOKINGS_WRITE))
    why = {"reason": "A guest of ten years"}
    assert post(clerk, "/admin/bookings", {**UNPAID, **why}, status=403)["code"] == "out_of_scope"
    assert post(desk, "/admin/bookings", UNPAID, status=422)["code"] == "waiver_unexplained"
    made = post(desk, "/admin/bookings", {**UNPAID, **why}, status=201)
    assert (made["state"], made["prepayment_waiver"]) == ("awaiting_signature", why["reason"])
    path = f"/admin/bookings/{made['id']}"
    assert post(clerk, f"{path}/ask-payment", status=403)["code"] == "out_of_scope"
    post(desk, f"{path}/ask-payment")
    assert post(desk, f"{path}/waive-prepayment", why, status=409)["code"] == "move_impossible"


def test_an_ordered_booking_may_stand_unpaid(desk: Program) -> None:
    made = post(desk, "/admin/bookings", {**UNPAID, "prepayment": True}, status=201)
    waived = post(desk, f"/admin/bookings/{made['id']}/waive-prepayment", {"reason": "Pays in cash"})
    assert (waived["state"], waived["prepayment_waiver"]) == ("awaiting_signature", "Pays in cash")
