"""Money by the staff's programs: what is refused, what is done once, and what it is called."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.kernel import audit
from exodrive.kernel.db import transaction
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import do, path, purse, refused, usd

NOTHING = {"amount": 0, "currency": "USD"}


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


@pytest.mark.parametrize(
    ("deed", "body", "status", "code"),
    [
        ("capture-payment", {"amount": usd(10**9)}, 422, "amount_too_large"),
        ("capture-payment", {"amount": {"amount": 1, "currency": "EUR"}}, 422, "no_amount"),
        ("capture-payment", {"amount": usd(0)}, 400, "request_invalid"),
        ("capture-payment", {"amount": usd(-1)}, 400, "request_invalid"),
        ("capture-payment", {"purpose": "deposit"}, 404, "nothing_paid"),
        ("capture-payment", {"purpose": "tip"}, 400, "request_invalid"),
        ("capture-payment", {"reason": " "}, 400, "request_invalid"),
        ("void-payment", {"purpose": "deposit"}, 404, "nothing_paid"),
        ("refund", {}, 422, "nothing_taken"),
        ("create-invoice", None, 409, "invoice_not_yet"),
    ],
)
def test_what_cannot_be_done_is_named(
    desk: Program, house: Flask, deed: str, body: dict[str, Any] | None, status: int, code: str
) -> None:
    booking_id = paper.confirmed()
    before = paper.kinds(booking_id)
    sent = None if body is None else {"reason": "asked for", **body}
    answer = desk.post(path(booking_id, deed), sent, Idempotency_Key="1")
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert paper.kinds(booking_id) == before


def test_more_than_is_left_is_told_how_much_is(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    held = purse(desk, booking_id)["held"]
    body = {"reason": "x", "amount": usd(held["amount"] + 1)}
    answer = desk.post(path(booking_id, "capture-payment"), body, Idempotency_Key="1")
    assert answer.json["facts"] == {"most": held}


def test_while_paypal_is_asked_nothing_else_is(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    do(desk, booking_id, "capture-payment", amount=usd(1_00), final=False)
    for deed in ("capture-payment", "void-payment", "refund"):
        assert refused(desk, booking_id, deed) == (409, "money_under_way")


def test_ended_or_unpaid_bookings_are_not_captured(desk: Program, house: Flask) -> None:
    booking_id = paper.awaiting_payment()
    assert refused(desk, booking_id, "capture-payment") == (409, "hold_closed")
    assert refused(desk, booking_id, "void-payment") == (409, "hold_closed")


def test_the_same_key_takes_it_once(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    body = {"reason": "asked for", "amount": usd(5_00), "final": False}
    first = desk.post(path(booking_id, "capture-payment"), body, Idempotency_Key="once")
    again = desk.post(path(booking_id, "capture-payment"), body, Idempotency_Key="once")
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    other = desk.post(path(booking_id, "capture-payment"), {**body, "final": True}, Idempotency_Key="once")
    assert other.json["code"] == "idempotency_key_reused"
    assert desk.post(path(booking_id, "refund"), body | {}).status_code == 400
    assert paper.kinds(booking_id).count("capture") == 1
    with transaction():
        (wanted,) = [row for row in audit.trail(booking_id) if row.action == "payment.capture_wanted"]
        assert (wanted.actor_name, wanted.reason) == ("Olive Owner (token Till)", "asked for")


def test_a_refused_call_says_paypals_word(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    answer = do(desk, booking_id, "void-payment")
    paper.refuse(booking_id, paper.OperationKind.VOID, "PREVIOUSLY_CAPTURED")
    deed = desk.get(answer.headers["Location"]).json
    assert (deed["state"], deed["refusal"]) == ("rejected", "PREVIOUSLY_CAPTURED")
    do(desk, booking_id, "void-payment")


def test_the_fee_gets_its_invoice(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed(days_ahead=2)
    fee = desk.get(f"/admin/bookings/{booking_id}").json["cancellation"]["fee"]
    cancelled = desk.post(path(booking_id, "cancel"), {"agreed_fee": fee, "reason": "called"})
    assert cancelled.status_code == 200
    early = desk.post(path(booking_id, "create-invoice"), None)
    assert early.json["code"] == "invoice_not_yet"
    paper.answer(booking_id)
    numbers = {desk.post(path(booking_id, "create-invoice"), None).json["invoice_number"] for _ in range(2)}
    assert len(numbers) == 1
    assert None not in numbers


def test_what_cost_nothing_has_no_invoice(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    body = {"agreed_fee": NOTHING, "reason": "called"}
    assert desk.post(path(booking_id, "cancel"), body).status_code == 200
    paper.answer(booking_id)
    assert desk.post(path(booking_id, "create-invoice"), None).json["code"] == "nothing_to_invoice"
