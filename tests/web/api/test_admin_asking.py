"""Asking again by the staff's programs: PayPal for what it refused, the renter for the deposit."""

from __future__ import annotations

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.blueprints.api import driver_shapes
from exodrive.payments.models import OperationKind
from tests import paper
from tests.web.api import till
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


def test_what_paypal_refused_is_asked_for_again_and_once(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    assert till.refused(desk, booking_id, "retry-payment") == (409, "nothing_refused")
    till.do(desk, booking_id, "capture-payment")
    paper.refuse(booking_id, OperationKind.CAPTURE, "PAYEE_ACCOUNT_RESTRICTED")
    again = till.do(desk, booking_id, "retry-payment").json
    assert (again["kind"], again["state"], again["reason"]) == ("capture", "wanted", "asked for")
    assert till.refused(desk, booking_id, "retry-payment") == (409, "nothing_refused")
    assert paper.answer(booking_id) == ["capture"]
    assert desk.get(f"/admin/money-deeds/{again['id']}").json["state"] == "done"


def test_a_payer_who_was_declined_is_no_refusal_of_the_house(desk: Program) -> None:
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    paper.refuse(booking_id, OperationKind.AUTHORIZE, "INSTRUMENT_DECLINED")
    assert till.refused(desk, booking_id, "retry-payment") == (409, "nothing_refused")


def test_an_approved_order_that_was_refused_to_the_house_is_tried_again(desk: Program) -> None:
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    paper.refuse(booking_id, OperationKind.AUTHORIZE, "PAYEE_ACCOUNT_RESTRICTED")
    assert till.do(desk, booking_id, "retry-payment").json["kind"] == "authorize"
    paper.answer(booking_id)
    assert desk.get(f"/admin/bookings/{booking_id}").json["state"] == "awaiting_signature"


def test_the_first_order_of_a_change_is_asked_for_again(desk: Program) -> None:
    booking_id = paper.confirmed()
    wish = {"add_drivers": [driver_shapes.DRIVER], "reason": "asked by phone"}
    shown = desk.post(till.path(booking_id, "changes"), {**wish, "dry_run": True}, Idempotency_Key="look")
    agreed = {**wish, "agreed_total": shown.json["total"]}
    desk.post(till.path(booking_id, "changes"), agreed, Idempotency_Key="change")
    paper.refuse(booking_id, OperationKind.CREATE_ORDER, "PAYEE_ACCOUNT_RESTRICTED")
    assert till.do(desk, booking_id, "retry-payment").json["kind"] == "create_order"
    paper.answer(booking_id)
    (row,) = desk.get(f"/admin/bookings/{booking_id}/changes").json["changes"]
    assert "checkoutnow" in row["approve_url"]


def test_a_deposit_is_asked_for_or_waived(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=10)
    for _ in range(2):
        asked = desk.post(till.path(booking_id, "ask-deposit"), None)
        assert asked.status_code == 200, asked.text
    waived = desk.post(till.path(booking_id, "waive-deposit"), {"reason": "a guest of the owner"})
    assert waived.json["deposit_waiver"] == "a guest of the owner"


def test_a_deposit_is_not_waived_once_the_car_is_back(desk: Program) -> None:
    booking_id = paper.returned()
    refused = desk.post(till.path(booking_id, "waive-deposit"), {"reason": "too late"})
    assert (refused.status_code, refused.json["code"]) == (409, "move_impossible")
