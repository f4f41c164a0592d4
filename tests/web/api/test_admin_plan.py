"""The payment plan by a program: what it reads, and each deed with its refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.kernel import clock
from exodrive.payments.models import OperationKind
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

pytestmark = pytest.mark.usefixtures("house")
STRANGER = "019ab3f2-9a01-7b33-8a11-0b6f5d1f2d01"


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


def path(booking_id: UUID) -> str:
    return f"/admin/bookings/{booking_id}/payment-plan"


def plan(desk: Program, booking_id: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get(path(booking_id)).json["steps"]
    return found


def change(desk: Program, booking_id: UUID, key: str = "k", **body: Any) -> Any:
    return desk.post(path(booking_id), {"reason": "asked for", **body}, Idempotency_Key=key)


def test_a_step_is_done_now_and_once(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    (step,) = plan(desk, booking_id)
    assert (step["kind"], step["state"], step["deeds"]) == ("capture", "planned", ["move", "now", "skip"])
    answer = change(desk, booking_id, step_id=step["id"], deed="now")
    assert [row["state"] for row in answer.json["steps"]] == ["wanted"]
    again = change(desk, booking_id, step_id=step["id"], deed="now", key="other")
    assert (again.status_code, again.json["code"]) == (409, "step_settled")
    paper.answer(booking_id)
    (done,) = plan(desk, booking_id)
    assert (done["state"], done["reason"], done["deeds"]) == ("done", "asked for", [])


def test_a_capture_is_moved_within_what_paypal_allows(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    _, capture = plan(desk, booking_id)
    dead = (clock.now() + timedelta(days=40)).isoformat()
    for due_at in (dead, None):
        refused = change(desk, booking_id, step_id=capture["id"], deed="move", due_at=due_at, key=str(due_at))
        assert (refused.status_code, refused.json["code"]) == (422, "step_date_impossible")
    at = (clock.now() + timedelta(days=6)).isoformat()
    steps = change(desk, booking_id, step_id=capture["id"], deed="move", due_at=at).json["steps"]
    planned = [row["kind"] for row in steps if row["state"] == "planned"]
    assert planned == ["reauthorize", "capture"]
    assert {row["cause"] for row in steps if row["state"] == "skipped"} == {"moved"}


def test_what_is_left_out_is_decided_later(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    _, capture = plan(desk, booking_id)
    steps = change(desk, booking_id, step_id=capture["id"], deed="skip").json["steps"]
    assert [row["kind"] for row in steps if row["state"] == "planned"] == ["decide"]
    decide = next(row for row in steps if row["kind"] == "decide")
    refused = change(desk, booking_id, step_id=decide["id"], deed="now", key="d")
    assert refused.json["code"] == "step_settled"


def test_a_failed_step_is_tried_again(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    (step,) = plan(desk, booking_id)
    change(desk, booking_id, step_id=step["id"], deed="now")
    paper.refuse(booking_id, OperationKind.CAPTURE, "INSTRUMENT_DECLINED")
    rows = {row["kind"]: row for row in plan(desk, booking_id)}
    assert (rows["capture"]["state"], rows["capture"]["cause"]) == ("failed", "INSTRUMENT_DECLINED")
    assert rows["capture"]["at_risk"] is True
    assert rows["approve"]["deeds"] == ["now", "skip"]
    assert (
        change(desk, booking_id, step_id=rows["approve"]["id"], deed="now", key="remind").status_code == 200
    )
    assert change(desk, booking_id, step_id=step["id"], deed="now", key="again").status_code == 200
    paper.answer(booking_id)
    assert {row["kind"]: row["state"] for row in plan(desk, booking_id)} == {
        "capture": "done",
        "approve": "skipped",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"step_id": STRANGER, "deed": "now"}, 404),
        ({"step_id": "x", "deed": "now"}, 400),
        ({"step_id": STRANGER, "deed": "fly"}, 400),
        ({"deed": "now"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(body: dict[str, str], status: int, desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    assert change(desk, booking_id, **body).status_code == status
    assert paper.kinds(booking_id)[-1] == "authorize"


def test_a_renewal_by_a_program_waits_for_day_4(desk: Program) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    address = f"/admin/bookings/{booking_id}/reauthorize-payment"
    refused = desk.post(address, {"reason": "x"}, Idempotency_Key="r")
    assert (refused.status_code, refused.json["code"]) == (422, "renewal_too_soon")
