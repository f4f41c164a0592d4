"""Reconciliation by a program: begin it, see what differs, have it mended or explain it."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.staff.test_reconciliation import differs

pytestmark = [pytest.mark.usefixtures("house"), pytest.mark.made_up]
STRANGER = "019ab3f2-9a01-7b33-8a11-0b6f5d1f2d01"


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


@pytest.fixture
def booking_id() -> UUID:
    return paper.confirmed()


def test_it_is_begun_and_read(desk: Program, booking_id: UUID) -> None:
    begun = desk.post("/admin/reconciliations", {})
    assert (begun.status_code, begun.json["total"], begun.json["read"]) == (202, 1, 0)
    again = desk.post("/admin/reconciliations", {"booking_id": None})
    assert again.json["id"] == begun.json["id"]
    assert desk.get(begun.headers["Location"]).json["finished_at"] is None
    one = desk.post("/admin/reconciliations", {"booking_id": str(booking_id)})
    assert one.json["booking_id"] == str(booking_id)
    listed = desk.get("/admin/reconciliations?limit=5").json["reconciliations"]
    assert [row["id"] for row in listed] == [one.json["id"], begun.json["id"]]
    for path, status in (("limit=0", 400), ("limit=x", 400)):
        assert desk.get(f"/admin/reconciliations?{path}").status_code == status
    assert desk.post("/admin/reconciliations", {"booking_id": STRANGER}).status_code == 404
    assert desk.get(f"/admin/reconciliations/{STRANGER}").json["code"] == "reconciliation_not_found"


def test_a_difference_is_listed_and_mended(desk: Program, booking_id: UUID) -> None:
    difference_id = differs(booking_id)
    (row,) = desk.get("/admin/differences").json["differences"]
    assert (row["cause"], row["remedy"], row["ours"]) == ("refund_unknown", "take_over", None)
    assert row["theirs"] == {"amount": 50_07, "currency": "USD"}
    wanted = desk.post(f"/admin/differences/{difference_id}/mend", None, Idempotency_Key="a")
    assert (wanted.status_code, wanted.json["under_way"]) == (202, True)
    assert desk.get(wanted.headers["Location"]).json["state"] == "open"
    assert desk.get("/admin/differences?solved=true").json["differences"] == []
    assert desk.get(f"/admin/differences?booking_id={STRANGER}").json["differences"] == []
    assert desk.get("/admin/differences?cursor=none").json["code"] == "cursor_unreadable"


def test_a_difference_is_explained_once(desk: Program, booking_id: UUID) -> None:
    path = f"/admin/differences/{differs(booking_id)}/explain"
    assert desk.post(path, {"reason": ""}).status_code == 400
    told = desk.post(path, {"reason": "By telephone"})
    assert (told.json["state"], told.json["reason"]) == ("explained", "By telephone")
    assert "Till" in told.json["solved_by"]
    again = desk.post(path, {"reason": "Twice"})
    assert (again.status_code, again.json["code"]) == (409, "difference_solved")
    unknown = desk.post(f"/admin/differences/{STRANGER}/explain", {"reason": "x"})
    assert (unknown.status_code, unknown.json["code"]) == (404, "difference_not_found")


def test_a_difference_is_mended_only_as_it_was_seen(desk: Program, booking_id: UUID) -> None:
    path = f"/admin/differences/{differs(booking_id)}"
    seen = desk.get(path).headers["ETag"]
    assert desk.post(f"{path}/mend", None, If_Match=seen).status_code == 202
    late = desk.post(f"{path}/explain", {"reason": "By telephone"}, If_Match=seen)
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")


def test_it_takes_the_scope_of_money(house: Flask, make_token: MakeToken) -> None:
    stranger = Program(house)
    assert stranger.post("/admin/reconciliations", {}).status_code == 401
    assert stranger.get("/admin/differences").status_code == 401
