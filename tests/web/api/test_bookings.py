"""Quotes and bookings: the same promises as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from exodrive.customers.models import DoNotRent
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests.altered import altered
from tests.web.api import customer
from tests.web.api.customer import DRIVER, ORDER, RENTER
from tests.web.api.program import Program
from tests.web.customer.conftest import TUESDAY

Freeze = Callable[[datetime], None]


def test_a_quote_is_a_price_with_reasons(program: Program) -> None:
    found = customer.quote(program)
    lines = found["price"]["lines"]
    assert found["available"]
    assert found["price"]["days"] == 3
    assert sum(line["amount"]["amount"] for line in lines) == found["price"]["total"]["amount"]
    assert all(line["name"] and line["reason"] for line in lines)
    assert found["honoured_until"] == "2026-11-24T15:30:00Z"


def test_what_goes_along_is_in_the_price(program: Program) -> None:
    plain = customer.quote(program)
    extras = [extra["code"] for extra in program.get("/house").json["extras"][:2]]
    full = customer.quote(program, extras=dict.fromkeys(extras, 1), additional_drivers=1)
    codes = [line["code"] for line in full["price"]["lines"]]
    assert codes.count("extra") == 2
    assert "additional_driver" in codes
    assert full["price"]["total"]["amount"] > plain["price"]["total"]["amount"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"car": "no-such-car"}, 404, "car_not_found"),
        ({"pickup_place": "atlantis"}, 404, "place_not_found"),
        ({"return_place": "atlantis"}, 404, "place_not_found"),
        ({"extras": {"dragon": 1}}, 422, "extra_unknown"),
        ({"extras": {"child-seat": 900}}, 422, "extra_quantity"),
        ({"additional_drivers": 9}, 422, "too_many_drivers"),
        ({"return_at": "2026-12-11T09:00:00-05:00"}, 422, "dates_refused"),
        ({"pickup_at": "2026-11-01T10:00:00-05:00"}, 422, "dates_refused"),
        ({"return_at": "2029-12-14T10:00:00-05:00"}, 422, "rental_too_long"),
        ({"pickup_at": "0001-01-01T00:00:00+23:59"}, 422, "dates_refused"),
        ({"return_at": "9999-12-31T23:59:59-23:59"}, 422, "dates_refused"),
    ],
)
def test_a_quote_is_refused(program: Program, changes: dict[str, Any], status: int, code: str) -> None:
    answer = program.post("/quotes", customer.wish(**changes))
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def test_refused_dates_name_their_field(program: Program) -> None:
    answer = program.post("/quotes", customer.wish(pickup_at="2026-12-13T10:00:00-05:00"))
    [fault] = answer.json["errors"]
    assert (fault["pointer"], fault["code"]) == ("#/pickup_at", "pickup_outside_hours")
    assert fault["detail"]


def test_a_booking_is_ordered_at_the_quoted_price(program: Program) -> None:
    quoted = customer.quote(program)
    answer = program.post("/bookings", {"quote": quoted["quote"], "order": ORDER})
    assert answer.status_code == 201, answer.text
    booking = answer.json["booking"]
    assert booking["state"] == "awaiting_payment"
    assert booking["price"] == quoted["price"]
    assert [payment["step"] for payment in booking["payments"]] == ["preparing"]
    assert booking["payments"][0]["amount"] == quoted["price"]["total"]
    mine = program.with_(answer.json["key"]).get(answer.headers["Location"])
    assert mine.json == booking
    assert mine.headers["ETag"] == answer.headers["ETag"]


def test_the_key_is_the_secret_of_the_page(program: Program) -> None:
    made = customer.book(program)
    assert made["page"] == f"http://localhost/b/{made['key']}"
    again = program.with_(made["key"]).get(f"/bookings/{made['booking']['id']}")
    assert made["key"] not in again.text
    with program.app.test_client() as browser:
        page = browser.get(made["page"].removeprefix("http://localhost"))
    assert made["booking"]["reference"] in page.text


def test_a_price_is_kept_though_the_house_asks_more_by_now(program: Program) -> None:
    quoted = customer.quote(program)
    with transaction():
        session().execute(update(Car).values(daily_price=Car.daily_price * 2))
    answer = program.post("/bookings", {"quote": quoted["quote"], "order": ORDER})
    assert answer.json["booking"]["price"] == quoted["price"]


def test_a_car_is_held_and_ordered_later(program: Program) -> None:
    made = customer.book(program, order=None)
    booking = made["booking"]
    assert (booking["state"], booking["payments"]) == ("held", [])
    assert booking["expires_at"] == "2026-11-24T15:15:00Z"
    mine = program.with_(made["key"])
    ordered = mine.post(f"/bookings/{booking['id']}/order", ORDER)
    assert ordered.json["state"] == "awaiting_payment"
    assert ordered.json["price"] == booking["price"]
    again = mine.post(f"/bookings/{booking['id']}/order", ORDER)
    assert again.json == ordered.json, "normal twice"


def test_the_same_quote_makes_one_booking(program: Program) -> None:
    body = {"quote": customer.quote(program)["quote"]}
    first, second = program.post("/bookings", body), program.post("/bookings", body)
    assert first.json == second.json


def test_somebody_else_has_the_car(program: Program) -> None:
    first, second = customer.quote(program), customer.quote(program)
    assert first["quote"] != second["quote"]
    assert program.post("/bookings", {"quote": first["quote"]}).status_code == 201
    lost = program.post("/bookings", {"quote": second["quote"]})
    assert (lost.status_code, lost.json["code"]) == (409, "car_taken")
    assert not customer.quote(program)["available"]


def test_an_old_quote_and_a_forged_one(program: Program, frozen: Freeze) -> None:
    text = customer.quote(program)["quote"]
    forged = program.post("/bookings", {"quote": altered(text)})
    assert (forged.status_code, forged.json["code"]) == (422, "quote_forged")
    frozen(TUESDAY + timedelta(minutes=31))
    old = program.post("/bookings", {"quote": text})
    assert (old.status_code, old.json["code"]) == (409, "quote_expired")


def test_a_withdrawn_car_is_not_booked(program: Program) -> None:
    text = customer.quote(program)["quote"]
    with transaction():
        session().execute(update(Car).values(available=False))
    answer = program.post("/bookings", {"quote": text})
    assert (answer.status_code, answer.json["code"]) == (422, "car_withdrawn")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"accepted_policies": False}, "policies_not_accepted"),
        ({"renter": {**RENTER, "born_on": "2006-04-02", "licence_since": "2022-05-01"}}, "not_eligible"),
        ({"renter": {**RENTER, "licence_until": "2026-12-12"}}, "not_eligible"),
        ({"renter": {**RENTER, "email": "nobody"}}, "details_refused"),
        ({"renter": {**RENTER, "phone": "12345"}}, "details_refused"),
        ({"renter": {**RENTER, "born_on": "1066-10-14"}}, "details_refused"),
        ({"renter": {**RENTER, "licence_since": "2031-01-01"}}, "details_refused"),
        ({"renter": {**RENTER, "licence_since": "1995-01-01"}}, "details_refused"),
        ({"additional_drivers": [DRIVER] * 5}, "too_many_drivers"),
    ],
)
def test_an_order_is_refused_and_nothing_is_held(
    program: Program, changes: dict[str, Any], code: str
) -> None:
    quoted = customer.quote(program)
    answer = program.post("/bookings", {"quote": quoted["quote"], "order": {**ORDER, **changes}})
    assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
    assert customer.quote(program)["available"]


def test_every_fault_of_every_driver_is_named(program: Program) -> None:
    quoted = customer.quote(program, additional_drivers=1)
    order = {
        **ORDER,
        "renter": {**RENTER, "email": "nobody", "phone": "12345"},
        "additional_drivers": [{**DRIVER, "email": "nobody"}],
    }
    answer = program.post("/bookings", {"quote": quoted["quote"], "order": order})
    pointers = {fault["pointer"] for fault in answer.json["errors"]}
    assert pointers == {"#/renter/email", "#/renter/phone", "#/additional_drivers/0/email"}


def test_a_driver_who_was_not_quoted_changes_the_price(program: Program) -> None:
    quoted = customer.quote(program)
    order = {**ORDER, "additional_drivers": [DRIVER]}
    answer = program.post("/bookings", {"quote": quoted["quote"], "order": order})
    assert (answer.status_code, answer.json["code"]) == (409, "price_changed")
    total = customer.quote(program, additional_drivers=1)["price"]["total"]
    assert answer.json["facts"] == {"total": total}


def test_the_house_does_not_rent_to_everybody(program: Program) -> None:
    with transaction():
        session().add(DoNotRent(email=RENTER["email"], reason="-", created_at=clock.now()))
    answer = program.post("/bookings", {"quote": customer.quote(program)["quote"], "order": ORDER})
    assert (answer.status_code, answer.json["code"]) == (422, "cannot_rent")


def test_a_car_that_is_brought_needs_an_address(program: Program) -> None:
    quoted = customer.quote(program, pickup_place="bethesda")
    missing = program.post("/bookings", {"quote": quoted["quote"], "order": ORDER})
    assert (missing.status_code, missing.json["code"]) == (422, "delivery_address_missing")
    order = {**ORDER, "delivery_address": "4 Elm Street, Bethesda, MD 20814"}
    made = program.post("/bookings", {"quote": quoted["quote"], "order": order})
    assert made.json["booking"]["delivery_address"] == order["delivery_address"]


def test_a_hold_that_has_ended_is_not_ordered(program: Program, frozen: Freeze) -> None:
    made = customer.book(program, order=None)
    frozen(TUESDAY + timedelta(minutes=16))
    mine = program.with_(made["key"])
    answer = mine.post(f"/bookings/{made['booking']['id']}/order", ORDER)
    assert (answer.status_code, answer.json["code"]) == (409, "hold_ended")
    assert mine.get(f"/bookings/{made['booking']['id']}").json["state"] == "expired"


def test_cancelling_costs_what_the_booking_says(program: Program) -> None:
    made = customer.book(program)
    mine, booking = program.with_(made["key"]), made["booking"]
    wrong = {"agreed_fee": {"amount": 100, "currency": "USD"}}
    refused = mine.post(f"/bookings/{booking['id']}/cancel", wrong)
    assert (refused.status_code, refused.json["code"]) == (409, "cancellation_terms_changed")
    assert refused.json["facts"] == {"fee": booking["cancellation"]["fee"]}
    done = mine.post(f"/bookings/{booking['id']}/cancel", {"agreed_fee": booking["cancellation"]["fee"]})
    assert (done.json["state"], done.json["cancellation"]) == ("cancelled", None)
    again = mine.post(f"/bookings/{booking['id']}/cancel", {"agreed_fee": booking["cancellation"]["fee"]})
    assert again.status_code == 200, "normal twice"


def test_a_hold_is_given_up_for_nothing(program: Program) -> None:
    made = customer.book(program, order=None)
    mine = program.with_(made["key"])
    address = f"/bookings/{made['booking']['id']}/cancel"
    dear = mine.post(address, {"agreed_fee": {"amount": 1, "currency": "USD"}})
    assert dear.json["facts"] == {"fee": {"amount": 0, "currency": "USD"}}
    done = mine.post(address, {"agreed_fee": {"amount": 0, "currency": "USD"}})
    assert done.json["state"] == "expired"
    over = mine.post(address, {"agreed_fee": {"amount": 0, "currency": "USD"}})
    assert (over.status_code, over.json["code"]) == (409, "move_impossible")
    assert customer.quote(program)["available"]


def test_an_ended_hold_cannot_be_given_up(program: Program, frozen: Freeze) -> None:
    made = customer.book(program, order=None)
    frozen(TUESDAY + timedelta(minutes=16))
    nothing = {"agreed_fee": {"amount": 0, "currency": "USD"}}
    answer = program.with_(made["key"]).post(f"/bookings/{made['booking']['id']}/cancel", nothing)
    assert (answer.status_code, answer.json["facts"]) == (409, {"state": "expired"})


def test_papers_are_missing_until_they_are_made(program: Program) -> None:
    made = customer.book(program)
    mine = program.with_(made["key"])
    for paper in ("agreement", "invoice"):
        answer = mine.get(f"/bookings/{made['booking']['id']}/{paper}")
        assert (answer.status_code, answer.json["code"]) == (404, "document_missing")
    assert made["booking"]["documents"] == {"agreement": None, "invoice": None}


def test_if_match_protects_from_what_was_not_seen(program: Program) -> None:
    made = customer.book(program, order=None)
    mine, address = program.with_(made["key"]), f"/bookings/{made['booking']['id']}"
    seen = mine.get(address).headers["ETag"]
    ordered = mine.post(f"{address}/order", ORDER, If_Match=seen)
    assert ordered.status_code == 200
    free = {"agreed_fee": {"amount": 0, "currency": "USD"}}
    stale = mine.post(f"{address}/cancel", free, If_Match=seen)
    assert (stale.status_code, stale.json["code"]) == (412, "changed_meanwhile")
    assert mine.post(f"{address}/cancel", free, If_Match='"nonsense", *').status_code in (412, 200)
    fresh = mine.get(address).headers["ETag"]
    assert mine.post(f"{address}/cancel", free, If_Match=fresh).json["state"] == "cancelled"


def test_if_none_match_spares_what_is_known(program: Program) -> None:
    made = customer.book(program)
    mine, address = program.with_(made["key"]), f"/bookings/{made['booking']['id']}"
    seen = mine.get(address).headers["ETag"]
    assert mine.get(address, If_None_Match=seen).status_code == 304
    assert mine.get(address, If_None_Match='"another"').status_code == 200
