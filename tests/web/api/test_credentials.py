"""Who may call what: keys, tokens, scopes. Other people's bookings look like none; cookies open nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.accounts import staff, tokens
from exodrive.accounts.roles import Role
from exodrive.accounts.scopes import Kind, Scope
from exodrive.bookings import links, transitions
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from tests.web.api import customer
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.staff.browser import Browser

NOTHING = {"agreed_fee": {"amount": 0, "currency": "USD"}}


def calls(booking_id: str, payment_id: str) -> list[tuple[str, str, object]]:
    """Every operation about one booking."""
    return [
        ("GET", f"/bookings/{booking_id}", None),
        ("GET", f"/bookings/{booking_id}/agreement", None),
        ("GET", f"/bookings/{booking_id}/invoice", None),
        ("GET", f"/payments/{payment_id}", None),
        ("POST", f"/bookings/{booking_id}/order", customer.ORDER),
        ("POST", f"/bookings/{booking_id}/cancel", NOTHING),
        ("POST", "/payments/create-order", {"booking_id": booking_id, "purpose": "rental"}),
        ("POST", "/payments/authorize", {"booking_id": booking_id, "order_id": "5O190127TN364715T"}),
    ]


def of(made: dict[str, object]) -> tuple[str, str]:
    booking = made["booking"]
    assert isinstance(booking, dict)
    return booking["id"], booking["payments"][0]["id"]


def test_a_stranger_is_asked_who_they_are(program: Program) -> None:
    for method, path, body in calls(*of(customer.book(program))):
        answer = program.call(method, path, body)
        assert (answer.status_code, answer.json["code"]) == (401, "credentials_missing"), path
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("wrong", ["x", "exodrive_partner_x", "ünknown", "a b", "\x7f", "A" * 5000])
def test_wrong_credentials_are_refused_everywhere(program: Program, wrong: str) -> None:
    made = customer.book(program)
    for method, path, body in [*calls(*of(made)), ("GET", "/cars", None)]:
        answer = program.call(method, path, body, Authorization=f"Bearer {wrong}".encode().decode("latin-1"))
        assert (answer.status_code, answer.json["code"]) == (401, "credentials_refused"), path


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "Token x", "bearer"])
def test_what_is_no_bearer_is_refused(program: Program, header: str) -> None:
    assert program.get("/cars", Authorization=header).status_code == 401


def test_another_s_booking_looks_like_none(program: Program, partner: Program) -> None:
    mine, other = customer.book(program), customer.book(program, car="bramante-s")
    for caller in (program.with_(mine["key"]), partner):
        known, unknown = calls(*of(other)), calls(str(uuid4()), str(uuid4()))
        for theirs, nobodys in zip(known, unknown, strict=True):
            first, second = caller.call(*theirs), caller.call(*nobodys)
            assert first.status_code == second.status_code == 404, theirs
            told = [
                {name: value for name, value in answer.json.items() if name != "instance"}
                for answer in (first, second)
            ]
            assert told[0] == told[1]


def test_a_partner_s_program_opens_what_it_has_booked(
    program: Program, partner: Program, make_token: MakeToken
) -> None:
    made = customer.book(partner)
    address = f"/bookings/{made['booking']['id']}"
    assert partner.get(address).status_code == 200
    assert partner.with_(made["key"]).get(address).status_code == 200
    rival = program.with_(make_token(Kind.PARTNER, name="Rival"))
    assert rival.get(address).status_code == 404
    assert partner.get(f"/payments/{made['booking']['payments'][0]['id']}").status_code == 200
    assert partner.post(f"{address}/cancel", NOTHING).json["state"] == "cancelled"


def test_scopes_are_held_against_the_operation(program: Program, make_token: MakeToken) -> None:
    reader = program.with_(make_token(Kind.PARTNER, Scope.PARTNER_READ))
    refused = reader.post("/bookings", {"quote": customer.quote(program)["quote"]})
    assert (refused.status_code, refused.json["code"]) == (403, "out_of_scope")
    assert refused.json["facts"] == {"scope": "partner:book"}
    booker = program.with_(make_token(Kind.PARTNER, Scope.PARTNER_BOOK))
    made = customer.book(booker)
    assert booker.get(f"/bookings/{made['booking']['id']}").status_code == 403
    staff = program.with_(make_token(Kind.STAFF))
    assert staff.get(f"/bookings/{made['booking']['id']}").status_code == 403
    assert staff.get("/cars").status_code == 200


def test_an_ended_token_and_a_replaced_key_open_nothing(
    program: Program, partner: Program, house: Flask
) -> None:
    made = customer.book(partner)
    address = f"/bookings/{made['booking']['id']}"
    with transaction():
        links.revoke(transitions.lock(UUID(made["booking"]["id"])), key=house.config["SECRET_KEY"])
        tokens.revoke(tokens.listing()[0].id, by=SYSTEM, at=clock.real_now())
    for caller in (partner, program.with_(made["key"])):
        assert caller.get(address).json["code"] == "credentials_refused"


def test_a_token_ends_by_real_time(partner: Program, house: Flask) -> None:
    with clock.frozen(clock.real_now() + timedelta(days=400)):
        assert partner.get("/cars").status_code == 200


def test_a_sign_in_at_the_desk_opens_nothing_here(house: Flask, program: Program) -> None:
    made = customer.book(program)
    with transaction():
        staff.add_user(
            email="ada@house.example", name="Ada Agent", password="a long enough one", role=Role.AGENT
        )
    browser = Browser(house.test_client())
    assert browser.sign_in("ada@house.example", "a long enough one").status_code in (302, 303)
    for method, path, body in calls(*of(made)):
        answer = browser.client.open(f"/api/v1{path}", method=method, json=body)
        assert answer.status_code == 401, path


def test_no_answer_sets_a_cookie(program: Program, partner: Program) -> None:
    for answer in (program.get("/cars"), partner.get("/house"), program.post("/quotes", customer.wish())):
        assert "Set-Cookie" not in answer.headers


def test_who_booked_stands_in_the_audit_trail(partner: Program) -> None:
    made = customer.book(partner)
    with transaction():
        actors = set(session().scalars(select(AuditEntry.actor_kind)))
        source = session().scalar(select(Booking.source).where(Booking.id == UUID(made["booking"]["id"])))
    assert "partner" in actors
    assert source == "partner"
