"""What ending a booking would do, for programs: read first, and done as it was read."""

from __future__ import annotations

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.bookings import queries
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

NOTHING = {"amount": 0, "currency": "USD"}


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Night desk"))


def test_it_is_read_and_then_done(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=2)
    path = f"/admin/bookings/{booking_id}"
    found = desk.get(f"{path}/ending").json
    assert found["fee"]["amount"] > 0
    assert found["kept"] == found["fee"] == found["rental"]["taken"]
    assert found["freed_from"] < found["freed_until"]
    assert found["letters"] == ["booking.cancelled", "invoice.ready"]
    ours = desk.get(f"{path}/ending?way=houses_fault").json
    assert (ours["fee"], ours["letters"]) == (NOTHING, ["booking.cancelled"])
    body = {"agreed_fee": found["fee"], "reason": "called"}
    other = desk.post(f"{path}/cancel", {**body, "shown": ours["seal"]})
    assert (other.status_code, other.json["code"]) == (409, "ending_changed")
    assert other.json["facts"] == {"fee": found["fee"]}
    assert desk.post(f"{path}/cancel", {**body, "shown": "x"}).status_code == 400
    for _ in range(2):
        done = desk.post(f"{path}/cancel", {**body, "shown": found["seal"]})
        assert (done.status_code, done.json["cancellation_fee"]) == (200, found["fee"]), done.text
    gone = desk.get(f"{path}/ending")
    assert (gone.status_code, gone.json["code"]) == (409, "move_impossible")


def test_nobody_came(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=1)
    path = f"/admin/bookings/{booking_id}"
    early = desk.get(f"{path}/ending?way=missed")
    assert (early.status_code, early.json["code"]) == (409, "too_early")
    assert desk.get(f"{path}/ending?way=bored").status_code == 400
    with transaction():
        pickup_at = queries.by_id(booking_id).pickup_at
    with clock.frozen(pickup_at):
        found = desk.get(f"{path}/ending?way=missed").json
        assert found["letters"] == ["booking.missed", "invoice.ready"]
        wrong = desk.post(f"{path}/miss", {"reason": "no answer", "shown": "0" * 32})
        assert wrong.json["code"] == "ending_changed"
        done = desk.post(f"{path}/miss", {"reason": "no answer", "shown": found["seal"]})
        assert (done.status_code, done.json["state"]) == (200, "no_show"), done.text


def test_the_customer_reads_it_too(program: Program, house: Flask) -> None:
    quote = program.post(
        "/quotes",
        {"car": "aurelia-gt", "pickup_place": "rockville",
         "pickup_at": "2026-12-11T10:00:00-05:00", "return_at": "2026-12-14T10:00:00-05:00"},
    ).json["quote"]  # fmt: skip
    made = program.post("/bookings", {"quote": quote}, Idempotency_Key="1").json
    mine = program.with_(made["key"])
    path = f"/bookings/{made['booking']['id']}"
    held = mine.get(f"{path}/ending")
    assert (held.status_code, held.json["code"]) == (409, "move_impossible"), "a hold is given up for nothing"
    assert program.with_("nobody").get(f"{path}/ending").status_code == 401
