"""Changing a booking by the API: a dry run first, then for the total that it has shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.blueprints.api import driver_shapes
from exodrive.bookings import changes, links, queries
from exodrive.bookings.change import changing
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from tests import audited, paper, rental
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

KEYS = iter(range(1000))


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Night desk"))


def change(desk: Program, booking_id: UUID, **wish: Any) -> Any:
    return desk.post(address(booking_id), {"reason": "asked by phone", **wish}, **keyed())


def address(booking_id: UUID, deed: str = "") -> str:
    return f"/admin/bookings/{booking_id}/changes{deed}"


def keyed() -> dict[str, str]:
    return {"Idempotency_Key": f"change-{next(KEYS)}"}


def earlier(booking_id: UUID) -> str:
    with transaction():
        at = queries.by_id(booking_id).return_at - timedelta(days=2)
    db.session.remove()
    while at.astimezone(rental.ZONE).weekday() > 4:
        at -= timedelta(days=1)
    return at.isoformat()


def key_of(booking_id: UUID) -> str:
    """The key of a booking, which its customer's program has."""
    with transaction():
        booking = queries.by_id(booking_id)
        key = links.secret(rental.KEY, booking.id, booking.link_version)
    db.session.remove()
    return key


def test_a_dry_run_changes_nothing_and_the_same_wish_does(desk: Program) -> None:
    booking_id = paper.confirmed()
    wish = {"return_at": earlier(booking_id)}
    shown = change(desk, booking_id, **wish, dry_run=True)
    assert shown.status_code == 200, shown.text
    assert shown.json["state"] == "shown"
    assert shown.json["total"]["amount"] < shown.json["total_before"]["amount"]
    refused = change(desk, booking_id, **wish)
    assert (refused.status_code, refused.json["code"]) == (409, "price_changed")
    assert refused.json["facts"]["total"] == shown.json["total"]
    done = change(desk, booking_id, **wish, agreed_total=shown.json["total"])
    assert done.json["state"] == "applied", done.text
    again = change(desk, booking_id, **wish, agreed_total=shown.json["total"])
    assert again.json["code"] == "nothing_to_change"


def test_a_preview_tells_of_the_money_and_staff_of_the_neighbours(desk: Program) -> None:
    booking_id = paper.confirmed()
    after_it = paper.confirmed(days_ahead=24)
    wish = {"return_at": earlier(booking_id), "dry_run": True}
    shown = change(desk, booking_id, **wish).json
    less = shown["total_before"]["amount"] - shown["total"]["amount"]
    assert shown["money"] == [{"step": "take_less", "amount": {"amount": less, "currency": "USD"}}]
    with transaction():
        reference = queries.by_id(after_it).reference
    db.session.remove()
    (near,) = shown["neighbours"]
    assert (near["side"], near["kind"], near["booking"]) == ("after", "booking", reference)
    own = desk.with_(key_of(booking_id)).post(f"/bookings/{booking_id}/changes", wish).json
    assert own["money"] == shown["money"]
    assert "neighbours" not in own, "who else rents the car is nobody's business but the house's"


def test_what_cannot_be_is_refused_with_its_code(desk: Program) -> None:
    booking_id = paper.confirmed()
    for wish, code in (
        ({}, "nothing_to_change"),
        ({"car": "no-such-car"}, "car_not_found"),
        ({"return_place": "the-moon"}, "place_not_found"),
        ({"return_at": "2001-01-01T10:00:00Z"}, "dates_refused"),
        ({"extras": {"unicorn": 1}}, "extra_unknown"),
        ({"return_at": "soon"}, "request_invalid"),
    ):
        answer = change(desk, booking_id, **wish, dry_run=True)
        assert answer.json["code"] == code, answer.text


def test_who_drives_is_changed_by_positions(desk: Program) -> None:
    booking_id = paper.confirmed()
    joins = {"add_drivers": [driver_shapes.DRIVER]}
    shown = change(desk, booking_id, **joins, dry_run=True)
    assert shown.json["to_approve"]["amount"] > 0, shown.text
    made = change(desk, booking_id, **joins, agreed_total=shown.json["total"])
    assert made.json["state"] == "awaiting_payment", made.text
    wrong = {"add_drivers": [{**driver_shapes.DRIVER, "phone": "12345"}]}
    assert change(desk, booking_id, **wrong, dry_run=True).json["code"] == "details_refused"
    for drop in ([0], [7], ["a"]):
        assert change(desk, booking_id, drop_drivers=drop, dry_run=True).status_code in (400, 409)


def test_a_change_that_waits_is_read_paid_and_withdrawn(desk: Program) -> None:
    booking_id = paper.confirmed()
    shown = change(desk, booking_id, add_drivers=[driver_shapes.DRIVER], dry_run=True)
    change(desk, booking_id, add_drivers=[driver_shapes.DRIVER], agreed_total=shown.json["total"])
    paper.answer(booking_id)
    (row,) = desk.get(f"/admin/bookings/{booking_id}/changes").json["changes"]
    assert row["state"] == "awaiting_payment"
    assert "checkoutnow" in row["approve_url"]
    customer = desk.with_(key_of(booking_id))
    opened = customer.post(
        "/payments/create-order",
        {"booking_id": str(booking_id), "purpose": "change"},
        Idempotency_Key="pay-a-change",
    )
    assert opened.status_code == 200, opened.text
    assert opened.json["id"] == row["payment_id"]
    assert customer.get(f"/payments/{row['payment_id']}").json["purpose"] == "change"
    assert customer.get(f"/bookings/{booking_id}/changes").json["changes"] == [row]
    address = f"/admin/bookings/{booking_id}/changes/withdraw"
    gone = desk.post(address, {"reason": "The customer called"}, Idempotency_Key="no-change")
    (row,) = gone.json["changes"]
    assert (row["state"], row["approve_url"]) == ("withdrawn", None)
    again = customer.post(
        "/payments/create-order",
        {"booking_id": str(booking_id), "purpose": "change"},
        Idempotency_Key="pay-once-more",
    )
    assert again.json["code"] == "change_settled", again.text


def test_the_money_of_a_change_is_taken_and_given_back_by_hand(desk: Program) -> None:
    booking_id = paper.confirmed()
    shown = change(desk, booking_id, add_drivers=[driver_shapes.DRIVER], dry_run=True)
    change(desk, booking_id, add_drivers=[driver_shapes.DRIVER], agreed_total=shown.json["total"])
    paper.answer(booking_id)
    paper.approve_change(booking_id)
    paper.answer(booking_id)
    with transaction():
        (made,) = changes.of_booking(booking_id)
    with transaction():
        changing.finish(made.id, at=clock.now())
    db.session.remove()
    deed = {"purpose": "change", "reason": "Asked by phone"}
    address = f"/admin/bookings/{booking_id}"
    taken = desk.post(f"{address}/capture-payment", deed, Idempotency_Key="take-it")
    assert taken.status_code == 202, taken.text
    assert paper.answer(booking_id) == ["capture"]
    wrong = desk.post(f"{address}/refund", {**deed, "number": 2}, Idempotency_Key="wrong-one")
    assert wrong.json["code"] == "nothing_paid", wrong.text
    back = desk.post(f"{address}/refund", deed, Idempotency_Key="give-it-back")
    assert back.status_code == 202, back.text
    assert paper.answer(booking_id) == ["refund"]
    audited.assert_no_breach_yet()


def test_the_keys_may_go_before_the_change_is_signed(desk: Program) -> None:
    booking_id = paper.confirmed()
    address = f"/admin/bookings/{booking_id}/addendum/waive"
    early = desk.post(address, {"reason": "Signed on paper"}, Idempotency_Key="too-early")
    assert early.json["code"] == "nothing_to_sign", early.text
    wish = {"return_at": earlier(booking_id)}
    shown = change(desk, booking_id, **wish, dry_run=True)
    change(desk, booking_id, **wish, agreed_total=shown.json["total"])
    waived = desk.post(address, {"reason": "Signed on paper"}, Idempotency_Key="waive")
    assert waived.json["addendum_waiver"] == "Signed on paper", waived.text


def test_only_the_booking_that_was_seen_is_changed(desk: Program) -> None:
    booking_id = paper.confirmed()
    seen = desk.get(f"/admin/bookings/{booking_id}").headers["ETag"]
    wish = {"return_at": earlier(booking_id), "reason": "asked by phone"}
    shown = desk.post(address(booking_id), {**wish, "dry_run": True}, If_Match=seen, **keyed())
    assert (shown.status_code, shown.headers["ETag"]) == (200, seen), shown.text
    agreed = {**wish, "agreed_total": shown.json["total"]}
    done = desk.post(address(booking_id), agreed, If_Match=seen, **keyed())
    assert done.json["state"] == "applied", done.text
    for deed, body in (("", {**agreed, "dry_run": True}), ("", agreed), ("/withdraw", {"reason": "x"})):
        late = desk.post(address(booking_id, deed), body, If_Match=seen, **keyed())
        assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile"), late.text
    mine = desk.with_(key_of(booking_id))
    late = mine.post(f"/bookings/{booking_id}/changes/withdraw", None, If_Match='"old"', **keyed())
    assert late.status_code == 412, late.text


def test_the_time_that_becomes_free_is_named(desk: Program) -> None:
    booking_id = paper.confirmed()
    shown = change(desk, booking_id, return_at=earlier(booking_id), dry_run=True)
    (freed,) = shown.json["freed"]
    assert freed["starts_at"] < freed["ends_at"]
    longer = change(desk, booking_id, add_drivers=[driver_shapes.DRIVER], dry_run=True)
    assert longer.json["freed"] == []
