"""Customers and cars for the staff's programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind
from exodrive.availability import occupancies
from exodrive.availability.rules import FOREVER, OccupancyKind, Period
from exodrive.customers import register
from exodrive.fleet import queries as fleet
from exodrive.kernel import audit, clock
from exodrive.kernel.db import transaction
from tests import paper
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.test_admin_bookings import queries_of

PEOPLE = [
    ("Grace Müller", "grace@mueller.example", "+1 (301) 555-0101"),
    ("Maya Okafor", "maya@okafor.example", "+1 301 555 0102"),
    ("Zoë Grace-Hill", "zoe@hill.example", "+44 20 7946 0103"),
]


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF))


def people(*rows: tuple[str, str, str]) -> None:
    with transaction():
        for name, email, phone in rows:
            register.ensure(email=email, name=name, phone=phone, at=clock.now())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Zoë Grace-Hill", "Maya Okafor", "Grace Müller"]),
        ("muller", ["Grace Müller"]),
        ("MÜLLER", ["Grace Müller"]),
        ("grace", ["Zoë Grace-Hill", "Grace Müller"]),
        ("hill zoe", ["Zoë Grace-Hill"]),
        ("5550102", ["Maya Okafor"]),
        ("okafor.example", ["Maya Okafor"]),
        ("100%25", []),
        ("_", []),
    ],
)
def test_customers_are_found_by_what_they_are_known_by(desk: Program, typed: str, found: list[str]) -> None:
    people(*PEOPLE)
    rows = desk.get(f"/admin/customers?q={typed}").json["items"]
    assert [row["name"] for row in rows] == found


def test_customers_come_in_pages(desk: Program) -> None:
    people(*((f"Guest {number}", f"guest{number}@x.example", "1") for number in range(5)))
    names, cursor = [], ""
    while True:
        page = desk.get(f"/admin/customers?limit=2{cursor}").json
        names += [row["name"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert names == [f"Guest {number}" for number in (4, 3, 2, 1, 0)]
    assert desk.get("/admin/customers?cursor=bm9uZQ==").status_code == 422


def test_the_lists_ask_the_database_the_same_whatever_their_length(desk: Program) -> None:
    people(PEOPLE[0])
    short = queries_of(desk, "/admin/customers?limit=1")
    people(*PEOPLE)
    assert queries_of(desk, "/admin/customers?limit=100") == short
    assert queries_of(desk, "/admin/cars?limit=1") == queries_of(desk, "/admin/cars?limit=100")


def test_a_customer_is_read_with_their_bookings(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    customer_id = desk.get(f"/admin/bookings/{booking_id}").json["customer_id"]
    found = desk.get(f"/admin/customers/{customer_id}").json
    assert found["customer"]["email"] == "maya@okafor.example"
    assert [row["id"] for row in found["bookings"]] == [str(booking_id)]


def test_cars_with_what_only_the_house_knows(desk: Program, house: Flask) -> None:
    with transaction():
        fleet.any_car("noctua-r", lock=True).visible = False
    slugs, cursor = [], ""
    while True:
        page = desk.get(f"/admin/cars?limit=3{cursor}").json
        slugs += [row["slug"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert "noctua-r" in slugs
    assert slugs == sorted(slugs)
    booking_id = paper.confirmed()
    found = desk.get("/admin/cars/aurelia-gt").json
    assert found["car"]["vin"]
    assert found["car"]["plate"]
    (taken,) = found["taken"]
    assert (taken["kind"], taken["booking_id"]) == ("booking", str(booking_id))
    assert taken["reference"].startswith("EXD-")
    assert desk.get("/admin/cars/no-such-car").json["code"] == "car_not_found"


def test_a_car_that_is_out_until_further_notice(desk: Program, house: Flask) -> None:
    with transaction():
        car = fleet.any_car("noctua-r")
        start = clock.now() + timedelta(days=3)
        occupancies.occupy(car.id, Period(start, FOREVER), kind=OccupancyKind.OUT_OF_SERVICE, at=clock.now())
    (taken,) = desk.get("/admin/cars/noctua-r").json["taken"]
    assert (taken["ends_at"], taken["booking_id"]) == (None, None)


def test_a_car_is_withdrawn_as_it_was_seen_and_with_a_reason(desk: Program, house: Flask) -> None:
    seen = desk.get("/admin/cars/noctua-r").headers["ETag"]
    change = {"available": False, "reason": "In the body shop"}
    answer = desk.call("PATCH", "/admin/cars/noctua-r", change, If_Match=seen)
    assert answer.status_code == 200, answer.text
    assert (answer.json["car"]["available"], answer.json["car"]["visible"]) == (False, True)
    assert desk.get("/admin/cars/noctua-r").headers["ETag"] == answer.headers["ETag"]
    stale = desk.call("PATCH", "/admin/cars/noctua-r", {"visible": False, "reason": "x"}, If_Match=seen)
    assert stale.json["code"] == "changed_meanwhile"
    desk.call("PATCH", "/admin/cars/noctua-r", change)
    with transaction():
        (entry,) = audit.trail(fleet.any_car("noctua-r").id)
        assert (entry.action, entry.reason, entry.data) == (
            "car.changed", "In the body shop", {"available": False},
        )  # fmt: skip
    assert desk.call("PATCH", "/admin/cars/noctua-r", {"odometer": 1, "reason": "x"}).status_code == 400
