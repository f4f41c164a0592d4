"""Charges, what shows them, objections and tolls by the staff's programs: done once, refused by name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind, Scope
from exodrive.billing import queries as billing
from exodrive.bookings import queries
from exodrive.bookings.after_return import objections
from exodrive.bookings.charge import charges
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import new_id
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from tests import paper, rental
from tests.bill_paper import Sheet
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import path, usd

DAMAGE: dict[str, Any] = {"kind": "damage", "amount": usd(380_00), "note": "Kerb mark, front left"}
Code = tuple[int, str | None]


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


@pytest.fixture
def booking_id(house: Flask) -> UUID:
    return paper.returned(odometer=20_050)


@pytest.fixture
def closed_id(booking_id: UUID) -> UUID:
    rental.settle(booking_id)
    paper.answer(booking_id)
    return booking_id


def add(desk: Program, booking_id: UUID, *, key: str | None = None, **changes: Any) -> Any:
    body = {**DAMAGE, **changes}
    return desk.post(path(booking_id, "charges"), body, Idempotency_Key=key or str(new_id()))


def deed(desk: Program, booking_id: UUID, charge_id: object, name: str, key: str = "", **body: Any) -> Any:
    address = path(booking_id, f"charges/{charge_id}/{name}")
    return desk.post(address, body, Idempotency_Key=key or str(new_id()))


def code(answer: Any) -> Code:
    return answer.status_code, (answer.json or {}).get("code")


def listed(desk: Program, booking_id: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get(path(booking_id, "charges")).json["charges"]
    return found


def object_to(booking_id: UUID, charge_id: str) -> None:
    with transaction():
        objections.make(booking_id, UUID(charge_id), text="It was there", at=clock.now())


def test_a_charge_is_entered_once(desk: Program, booking_id: UUID) -> None:
    first = add(desk, booking_id, key="1")
    assert first.status_code == 201, first.text
    assert add(desk, booking_id, key="1").json == first.json
    assert code(add(desk, booking_id, key="1", note="Another")) == (422, "idempotency_key_reused")
    (row,) = listed(desk, booking_id)
    assert (row["state"], row["amount"], row["credited"]) == ("proposed", usd(380_00), usd(0))
    assert "Till" in row["entered_by"]
    bare = desk.post(path(booking_id, "charges"), DAMAGE)
    assert code(bare) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount": usd(0)}, (400, "request_invalid")),
        ({"amount": usd(-5)}, (400, "request_invalid")),
        ({"amount": usd(10**15)}, (400, "request_invalid")),
        ({"amount": usd(10_000_000_01)}, (422, "charge_unusable")),
        ({"amount": {"amount": 5, "currency": "JPY"}}, (422, "charge_unusable")),
        ({"amount": {"amount": 5.5, "currency": "USD"}}, (400, "request_invalid")),
        ({"amount": None}, (422, "charge_unusable")),
        ({"kind": "gift"}, (400, "request_invalid")),
        ({"kind": "loss_of_use", "amount": None, "days": 366}, (400, "request_invalid")),
        ({"note": "x" * 301}, (400, "request_invalid")),
        ({"note": "a\u0000b"}, (400, "request_invalid")),
        ({"arose_at": "2999-01-01T10:00:00Z"}, (422, "charge_unusable")),
        ({"more": 1}, (400, "request_invalid")),
    ],
)
def test_what_is_no_charge_is_named(
    desk: Program, booking_id: UUID, changes: dict[str, Any], expected: Code
) -> None:
    answer = add(desk, booking_id, **changes)
    assert code(answer) == expected, answer.text
    assert charges.all_of(booking_id) == []


def test_loss_of_use_by_days(desk: Program, booking_id: UUID) -> None:
    answer = add(desk, booking_id, kind="loss_of_use", amount=None, days=2)
    assert answer.status_code == 201, answer.text
    assert answer.json["amount"]["amount"] > 0


def test_a_claim_is_assessed_shown_and_let_go(desk: Program, booking_id: UUID) -> None:
    made = add(desk, booking_id, claimed=True).json
    assert made["state"] == "claimed"
    shown = deed(desk, booking_id, made["id"], "evidence", positions=["front", "wheel_front_left"])
    assert shown.status_code == 200, shown.text
    again = deed(desk, booking_id, made["id"], "evidence", positions=["front"])
    assert again.status_code == 200, "shown once, and said twice"
    assert code(deed(desk, booking_id, made["id"], "evidence", positions=["roof"])) == (
        400,
        "request_invalid",
    )
    for amount, refusal in (
        (usd(0), (400, "request_invalid")),
        (usd(10_000_000_01), (422, "charge_unusable")),
    ):
        assert code(deed(desk, booking_id, made["id"], "assess", amount=amount)) == refusal
    found = deed(desk, booking_id, made["id"], "assess", amount=usd(410_00))
    assert (found.json["state"], found.json["amount"]) == ("proposed", usd(410_00))
    assert code(deed(desk, booking_id, made["id"], "assess", amount=usd(1))) == (409, "charge_closed")
    assert code(deed(desk, booking_id, made["id"], "drop", reason=" ")) == (400, "request_invalid")
    gone = deed(desk, booking_id, made["id"], "drop", reason="was there before")
    assert gone.json["state"] == "dropped"
    assert code(deed(desk, booking_id, made["id"], "drop", reason="again")) == (409, "charge_closed")
    assert code(deed(desk, booking_id, made["id"], "lower", amount=usd(0), reason="x")) == (
        409, "charge_closed",
    )  # fmt: skip


def test_an_objection_is_answered_once(desk: Program, booking_id: UUID) -> None:
    made = add(desk, booking_id).json
    answer = {"outcome": "reduced", "amount": usd(190_00), "words": "Half of it"}
    assert code(deed(desk, booking_id, made["id"], "answer-objection", **answer)) == (
        404, "objection_not_found",
    )  # fmt: skip
    object_to(booking_id, made["id"])
    assert listed(desk, booking_id)[0]["objection"] == "It was there"
    for amount in (usd(380_00), usd(380_01), {"amount": 1, "currency": "EUR"}, None):
        refused = deed(desk, booking_id, made["id"], "answer-objection", **{**answer, "amount": amount})
        assert code(refused) == (422, "charge_not_less")
    done = deed(desk, booking_id, made["id"], "answer-objection", "k", **answer)
    assert (done.json["amount"], done.json["answer"]) == (usd(190_00), "Half of it")
    assert deed(desk, booking_id, made["id"], "answer-objection", "k", **answer).json == done.json
    assert code(deed(desk, booking_id, made["id"], "answer-objection", **answer)) == (
        404, "objection_not_found",
    )  # fmt: skip


def test_what_came_after_the_end_is_billed_and_lowered(desk: Program, closed_id: UUID) -> None:
    made = add(desk, closed_id, kind="fine").json
    assert (made["state"], made["late"]) == ("settled", True)
    assert code(add(desk, closed_id, claimed=True)) == (422, "claim_too_late")
    (bill,) = billing.of_booking(closed_id)
    Sheet(bill.id).perform()
    for amount in (380_00, 10**6):
        refused = deed(desk, closed_id, made["id"], "lower", amount=usd(amount), reason="x")
        assert code(refused) == (422, "charge_not_less")
    body = {"amount": usd(80_00), "reason": "paid at the toll"}
    lowered = deed(desk, closed_id, made["id"], "lower", "k", **body)
    assert lowered.json["credited"] == usd(300_00), lowered.text
    assert deed(desk, closed_id, made["id"], "lower", "k", **body).json == lowered.json
    found: Any = desk.get(path(closed_id, "bills")).json["items"][0]
    assert (found["outstanding"], found["credited"], found["paid"]) == (usd(80_00), usd(300_00), usd(0))
    assert balance(Account.RECEIVABLE, currency="USD", booking_id=closed_id).amount == 80_00


def test_a_rental_that_never_was_has_no_charges(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    assert listed(desk, booking_id) == []
    assert code(add(desk, booking_id)) == (409, "charges_closed")


def test_what_is_another_booking_s_is_not_there(desk: Program, booking_id: UUID) -> None:
    made = add(desk, booking_id).json
    other = paper.confirmed(slug="calder-brake")
    bodies: dict[str, dict[str, Any]] = {
        "assess": {"amount": usd(1)},
        "drop": {"reason": "x"},
        "evidence": {"positions": ["front"]},
        "lower": {"amount": usd(0), "reason": "x"},
        "answer-objection": {"outcome": "kept", "words": "x"},
    }
    for name, body in bodies.items():
        for whose, charge_id in ((other, made["id"]), (booking_id, new_id()), (booking_id, other)):
            assert code(deed(desk, whose, charge_id, name, **body)) == (404, "charge_not_found"), name
        assert code(deed(desk, new_id(), made["id"], name, **body)) == (404, "booking_not_found"), name
    assert code(add(desk, new_id())) == (404, "booking_not_found")
    assert code(desk.get(path(new_id(), "charges"))) == (404, "booking_not_found")


def test_who_may(house: Flask, make_token: MakeToken, booking_id: UUID) -> None:
    reader = Program(house, make_token(Kind.STAFF, Scope.BOOKINGS_READ, name="Reader"))
    assert reader.get(path(booking_id, "charges")).status_code == 200
    assert code(add(reader, booking_id)) == (403, "out_of_scope")
    assert code(Program(house).get(path(booking_id, "charges"))) == (401, "credentials_missing")


def test_a_stale_look_changes_nothing(desk: Program, booking_id: UUID) -> None:
    seen = desk.get(f"/admin/bookings/{booking_id}").headers["ETag"]
    assert add(desk, booking_id).status_code == 201
    late = desk.post(path(booking_id, "charges"), DAMAGE, Idempotency_Key="2", If_Match=seen)
    assert late.status_code == 412
    assert len(charges.all_of(booking_id)) == 1


def tolls(desk: Program, text: str, *, dry_run: bool = True, key: str | None = None) -> Any:
    body = {"csv": text, "dry_run": dry_run}
    return desk.post("/admin/tolls", body, Idempotency_Key=key or str(new_id()))


def test_a_toll_goes_to_whoever_had_the_car_and_never_twice(desk: Program, house: Flask) -> None:
    booking = found(booking_id := paper.on_rent())
    local = clock.now().astimezone(booking.pickup_place.zone)
    text = (
        f"plate,time,amount,place\n{booking.car.plate},{local:%Y-%m-%d %H:%M},4.50,Bay <Bridge>\nX1,now,1,\n"
    )
    looked = tolls(desk, text).json
    assert (looked["imported"], charges.all_of(booking_id)) == (False, [])
    assert (looked["rows"][0]["outcome"], looked["rows"][0]["booking"]) == ("matched", booking.reference)
    assert looked["rows"][0]["detail"] == "Will be charged"
    done = tolls(desk, text, dry_run=False, key="k").json
    assert (done["imported"], done["rows"][0]["detail"]) == (True, "Charged")
    assert tolls(desk, text, dry_run=False, key="k").json == done
    assert [row["amount"] for row in listed(desk, booking_id)] == [usd(4_50)]
    assert tolls(desk, text, dry_run=False).json["rows"][0]["outcome"] != "matched", "charged before"
    assert len(charges.all_of(booking_id)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", (422, "toll_file_unreadable")),
        ("plate,time,amount\n", (422, "toll_file_unreadable")),
        ("", (400, "request_invalid")),
        ("x" * 60_001, (400, "request_invalid")),
    ],
)
def test_a_file_that_is_none_is_named(desk: Program, house: Flask, text: str, expected: Code) -> None:
    assert code(tolls(desk, text)) == expected


def found(booking_id: UUID) -> Booking:
    with transaction():
        return queries.by_id(booking_id)
