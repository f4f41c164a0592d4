"""A discount on one booking at the desk: seen first, then given, for a reason and within a limit."""

from __future__ import annotations

from uuid import UUID

from flask import Flask

from exodrive.bookings import queries
from exodrive.bookings.change import gifts
from exodrive.kernel.db import db, transaction
from exodrive.kernel.money import Money
from tests import paper, rental
from tests.web.staff.conftest import SignedIn

WISH = {"how": "amount", "value": "100", "on": "both", "reason": "Waited an hour"}


def address_of(booking_id: UUID) -> str:
    with transaction():
        reference = queries.by_id(booking_id).reference
    db.session.remove()
    return f"/desk/bookings/{reference}"


def given(booking_id: UUID) -> Money:
    with transaction():
        found = gifts.given(queries.by_id(booking_id).agreed)
    db.session.remove()
    return found


def test_a_manager_sees_what_it_does_and_gives_it(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    address, manager = address_of(booking_id), signed_in("manager")
    assert f'href="{address}/gift"' in manager.get(address)
    form = manager.get(f"{address}/gift")
    shown = manager.read(manager.send(form, "/gift", **WISH))
    for words in ("With our compliments", "$111.50 less is taken", "Waited an hour"):
        assert words in shown
    assert "addendum" not in shown
    assert given(booking_id) == Money(0, "USD")
    for _ in range(2):
        answer = manager.send(shown, "/gift/yes")
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert given(booking_id) == Money(100_00, "USD")
    page = manager.get(address)
    assert "Discount given: $100.00" in page
    stale = manager.read(manager.send(shown, "/gift/yes", token="made-up"), status=422)
    assert "With our compliments" not in stale


def test_before_the_payment_the_price_is_lowered_at_once(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    for booking_id, words in (
        (rental.hold(), "The hold’s page shows it"),
        (paper.awaiting_payment("corsara-v10"), "told by mail"),
    ):
        address = address_of(booking_id)
        assert f'href="{address}/gift"' in manager.get(address)
        shown = manager.read(manager.send(manager.get(f"{address}/gift"), "/gift", **WISH))
        assert "in all is then to be approved at PayPal" in shown
        assert manager.send(shown, "/gift/yes").status_code == 303
        assert words in manager.get(address)
        assert given(booking_id) == Money(100_00, "USD")


def test_what_the_payer_has_approved_meanwhile_is_left_alone(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.awaiting_payment()
    address, manager = address_of(booking_id), signed_in("manager")
    shown = manager.read(manager.send(manager.get(f"{address}/gift"), "/gift", **WISH))
    paper.approve(booking_id)
    late = manager.read(manager.send(shown, "/gift/yes"), status=409)
    assert "Nothing was changed" in late
    assert "Waited an hour" in late, "what was typed stays"
    assert given(booking_id) == Money(0, "USD")


def test_an_agent_gives_up_to_the_limit(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    address, agent = address_of(booking_id), signed_in("agent")
    form = agent.get(f"{address}/gift")
    assert "a manager may give more" in form
    refused = agent.read(agent.send(form, "/gift", **{**WISH, "how": "share", "value": "50"}), status=422)
    assert "A manager may give more." in refused
    for wrong, words in (({"reason": " "}, "Say why"), ({"value": "nothing"}, "Write an amount")):
        assert words in agent.read(agent.send(form, "/gift", **{**WISH, **wrong}), status=422)
    shown = agent.read(agent.send(form, "/gift", **WISH))
    assert agent.send(shown, "/gift/yes").status_code == 303
    assert given(booking_id) == Money(100_00, "USD")


def test_what_is_back_is_settled_instead(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.returned()
    address, manager = address_of(booking_id), signed_in("manager")
    assert f"{address}/gift" not in manager.get(address)
    assert manager.client.get(f"{address}/gift").status_code == 409
