"""Promo codes and gifts by the API: in quotes, by the staff's programs, and what they are refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind, Scope
from tests import paper
from tests.web import codes
from tests.web.api import customer
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

KEYS = iter(range(1000))
CODES = "/admin/promotions"
WISH = {"code": "spring", "rate_bp": 1000, "on": ["rental"], "minimum_days": 3, "most_uses": 5}
QUOTE = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    "pickup_at": "2026-12-11T10:00:00-05:00",
    "return_at": "2026-12-14T10:00:00-05:00",
}


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Campaigns"))


def post(program: Program, path: str, body: Any = None) -> Any:
    return program.post(path, {} if body is None else body, Idempotency_Key=f"promo-{next(KEYS)}")


def test_a_code_is_made_read_changed_ended_and_taken_up(desk: Program) -> None:
    made = post(desk, CODES, WISH)
    assert (made.status_code, made.json["code"], made.json["state"]) == (201, "SPRING", "active"), made.text
    address = f"{CODES}/{made.json['id']}"
    assert desk.get(address).json["uses"] == 0
    assert [row["code"] for row in desk.get(CODES).json["promotions"]] == ["SPRING"]
    changed = desk.call("PUT", address, {**WISH, "version": 1, "note": "March"}, Idempotency_Key="put-1")
    assert (changed.status_code, changed.json["note"], changed.json["version"]) == (200, "March", 2)
    stale = desk.call("PUT", address, {**WISH, "version": 1}, Idempotency_Key="put-2")
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    ended = desk.call("POST", f"{address}/end", None, Idempotency_Key="end-1")
    assert ended.json["state"] == "ended"
    again = desk.call("POST", f"{address}/reactivate", None, Idempotency_Key="re-1")
    assert again.json["state"] == "active"


def test_a_code_is_changed_only_as_it_was_seen(desk: Program) -> None:
    address = f"{CODES}/{post(desk, CODES, WISH).json['id']}"
    seen = desk.get(address).headers["ETag"]
    ended = desk.call("POST", f"{address}/end", None, If_Match=seen)
    assert (ended.status_code, ended.json["state"]) == (200, "ended")
    late = desk.call("POST", f"{address}/reactivate", None, If_Match=seen)
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    wish = {**WISH, "version": ended.json["version"], "note": "Late"}
    assert desk.call("PUT", address, wish, If_Match=seen).status_code == 412
    assert desk.call("PUT", address, wish, If_Match=ended.headers["ETag"]).json["note"] == "Late"


def test_what_is_no_code_is_refused_with_its_reason(desk: Program) -> None:
    post(desk, CODES, WISH)
    for change, status, code in (
        ({"code": "SPR1NG"}, 409, "promotion_code_taken"),
        ({"code": "a b"}, 422, "promotion_code_unfit"),
        ({"code": "OTHER", "categories": ["boats"]}, 422, "category_unknown"),
        ({"code": "OTHER", "cars": ["no-such-car"]}, 404, "car_not_found"),
        ({"code": "OTHER", "rate_bp": 9001}, 400, "request_invalid"),
        ({"code": "OTHER", "rate_bp": None}, 422, "discount_unclear"),
        ({"code": "OTHER", "pickup_from": "2027-02-02", "pickup_until": "2027-02-01"}, 422, "days_backwards"),
        (
            {"code": "OTHER", "rate_bp": None, "amount": {"amount": 5, "currency": "JPY"}},
            422,
            "other_currency",
        ),
    ):
        refused = post(desk, CODES, {**WISH, **change})
        assert (refused.status_code, refused.json["code"]) == (status, code), refused.text


def test_a_quote_is_cheaper_by_it_and_books_at_that_price(desk: Program, program: Program) -> None:
    spring = codes.make("SPRING")
    plain = program.post("/quotes", QUOTE).json["price"]["total"]["amount"]
    quoted = program.post("/quotes", {**QUOTE, "promo_code": "Spring "})
    lines = {line["code"]: line["amount"]["amount"] for line in quoted.json["price"]["lines"]}
    assert lines["promotion"] == -295_35
    assert quoted.json["price"]["total"]["amount"] < plain
    assert codes.uses(spring) == 0
    booked = post(program, "/bookings", {"quote": quoted.json["quote"]})
    assert booked.status_code == 201, booked.text
    assert codes.uses(spring) == 1
    unknown = program.post("/quotes", {**QUOTE, "promo_code": "AUTUMN"})
    assert (unknown.status_code, unknown.json["code"]) == (422, "promotion_refused")
    assert unknown.json["errors"][0]["code"] == "unknown"


def test_the_counter_books_and_quotes_with_a_code(desk: Program) -> None:
    spring = codes.make("SPRING")
    wish = {**QUOTE, "promo_code": "spring"}
    counter = {**wish, "renter": customer.RENTER, "accepted_policies": True}
    wrong = post(desk, "/admin/bookings", {**counter, "promo_code": "AUTUMN"})
    assert (wrong.status_code, wrong.json["code"]) == (422, "promotion_refused")
    booked = post(desk, "/admin/bookings", counter)
    assert booked.status_code == 201, booked.text
    assert "promotion" in [line["code"] for line in booked.json["price"]["lines"]]
    assert codes.uses(spring) == 1
    to = {"name": "Maya Okafor", "email": "maya@okafor.example", "phone": "(301) 555-0123"}
    other = {**wish, "car": "calder-brake", **to}
    quoted = post(desk, "/admin/quotes", other)
    assert quoted.status_code == 201, quoted.text
    assert "promotion" in [line["code"] for line in quoted.json["price"]["lines"]]
    wrong = post(desk, "/admin/quotes", {**other, "promo_code": "AUTUMN"})
    assert wrong.json["errors"][0]["code"] == "unknown"


def test_the_last_use_is_not_booked_twice(program: Program) -> None:
    codes.make("SPRING", most_uses=1)
    other = {**QUOTE, "car": "calder-brake", "promo_code": "SPRING"}
    first, second = (
        program.post("/quotes", wish).json["quote"] for wish in ({**QUOTE, "promo_code": "SPRING"}, other)
    )
    assert post(program, "/bookings", {"quote": first}).status_code == 201
    late = post(program, "/bookings", {"quote": second})
    assert (late.status_code, late.json["errors"][0]["code"]) == (422, "used_up")


def test_a_gift_is_shown_then_given(desk: Program) -> None:
    path = f"/admin/bookings/{paper.confirmed()}/gifts"
    wish = {"amount": {"amount": 10000, "currency": "USD"}, "reason": "Waited an hour"}
    shown = post(desk, path, {**wish, "dry_run": True})
    assert shown.json["state"] == "shown", shown.text
    assert shown.json["total_before"]["amount"] - shown.json["total"]["amount"] == 111_50
    unseen = post(desk, path, wish)
    assert (unseen.status_code, unseen.json["code"]) == (409, "price_changed")
    done = post(desk, path, {**wish, "agreed_total": shown.json["total"]})
    assert (done.status_code, done.json["state"], done.json["to_sign"]) == (200, "applied", "none"), done.text


def test_a_gift_is_given_only_on_the_booking_that_was_seen(desk: Program) -> None:
    booking = f"/admin/bookings/{paper.confirmed()}"
    seen = desk.get(booking).headers["ETag"]
    wish = {"rate_bp": 1000, "reason": "Waited an hour"}
    total = post(desk, f"{booking}/gifts", {**wish, "dry_run": True}).json["total"]
    body = {**wish, "agreed_total": total}
    late = desk.post(f"{booking}/gifts", body, Idempotency_Key="late", If_Match='"another"')
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    given = desk.post(f"{booking}/gifts", body, Idempotency_Key="in-time", If_Match=seen)
    assert (given.status_code, given.json["state"]) == (200, "applied"), given.text
    assert given.headers["ETag"] == desk.get(booking).headers["ETag"] != seen


def test_who_may_not_touch_the_money_gives_up_to_a_limit(house: Flask, make_token: MakeToken) -> None:
    night = Program(house, make_token(Kind.STAFF, Scope.BOOKINGS_WRITE, name="Night desk"))
    path = f"/admin/bookings/{paper.confirmed()}/gifts"
    refused = post(night, path, {"rate_bp": 5000, "reason": "Friend", "dry_run": True})
    assert (refused.status_code, refused.json["code"]) == (422, "gift_beyond_limit")
    assert post(night, path, {"rate_bp": 1000, "reason": "Late", "dry_run": True}).status_code == 200
    assert night.get(CODES).status_code == 403
