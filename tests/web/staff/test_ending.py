"""Ending a booking at the desk: what it would do is shown first, and done as it was shown or not at all."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import queries, transitions
from exodrive.bookings.by_hand import capturing
from exodrive.kernel import audit, clock
from exodrive.kernel.db import db, transaction
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.web.staff.conftest import SignedIn

pytestmark = pytest.mark.usefixtures("tuesday")


def address_of(booking_id: UUID) -> str:
    with transaction():
        reference = queries.by_id(booking_id).reference
    db.session.remove()
    return f"/desk/bookings/{reference}"


def state(booking_id: UUID) -> str:
    found = rental.state(booking_id)
    db.session.remove()
    return found


def capture(booking_id: UUID) -> None:
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="now", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)
    db.session.remove()


def test_all_that_cancelling_does_is_shown(house: Flask, signed_in: SignedIn) -> None:
    late = paper.confirmed(days_ahead=2)
    paper.hold_deposit(late)
    paper.confirmed(days_ahead=20)
    address, manager = address_of(late), signed_in("manager")
    assert f'href="{address}/cancel"' in manager.get(address)
    page = manager.get(f"{address}/cancel")
    for words in (
        "Cancellation fee",
        "Tax in what is kept",
        "Goes back to the customer",
        "is taken of what PayPal holds",
        "PayPal lets go of the deposit",
        "The car is free again",
        "After",
        "A mail says that it is cancelled",
        "The invoice for the fee is mailed",
        "Cancel for $",
    ):
        assert words in page, words
    ours = manager.get(f"{address}/cancel?houses_fault=1")
    for words in ("everything goes back", "See what it costs by the policy"):
        assert words in ours
    assert "The invoice for the fee" not in ours


def test_nobody_came(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed(days_ahead=1)
    address, manager = address_of(booking_id), signed_in("manager")
    assert f"{address}/miss" not in manager.get(address)
    assert manager.client.get(f"{address}/miss").status_code == 409
    with transaction():
        transitions.lock(booking_id).pickup_at = clock.now() - timedelta(hours=2)
    db.session.remove()
    assert f"{address}/miss" not in signed_in("agent").get(address)
    assert f'href="{address}/miss"' in manager.get(address)
    page = manager.get(f"{address}/miss")
    for words in ("No-show fee", "charged in full", "is taken of what PayPal holds", "is mailed"):
        assert words in page, words
    unexplained = manager.read(manager.send(page, "/miss", reason=" "), status=422)
    assert "stays in the record" in unexplained
    for _click in range(2):
        answer = manager.send(unexplained, "/miss", reason="Called twice")
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
    with transaction():
        missed = [row.reason for row in audit.trail(booking_id) if row.action == "booking.missed"]
    db.session.remove()
    assert missed == ["Called twice"]
    assert state(booking_id) == "no_show"


def test_two_people_have_the_page_open(house: Flask, signed_in: SignedIn) -> None:
    """What was captured or noted meanwhile is shown before anything is done; what was typed stays."""
    booking_id = paper.confirmed()
    address, agent = address_of(booking_id), signed_in("agent")
    page = agent.get(f"{address}/cancel")
    capture(booking_id)
    told = agent.read(agent.send(page, "/cancel", reason="They fell ill"), status=409)
    assert "does something else by now" in told
    assert "that was charged goes back the way it came" in told
    assert "They fell ill" in told
    assert state(booking_id) == "confirmed"
    with transaction():
        transitions.note(transitions.lock(booking_id), "note", by=rental.AGENT, at=clock.now())
    db.session.remove()
    told = agent.read(agent.send(told, "/cancel"), status=409)
    first, second = agent.send(told, "/cancel"), signed_in("manager").send(told, "/cancel")
    assert (first.status_code, state(booking_id)) == (303, "cancelled")
    assert second.status_code in (303, 400), "a page of somebody else's"


def test_what_is_out_is_not_cancelled(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    address, agent = address_of(booking_id), signed_in("agent")
    page = agent.get(f"{address}/cancel")
    paper.hold_deposit(booking_id)
    rental.hand_over(booking_id)
    db.session.remove()
    late = agent.read(agent.send(page, "/cancel", reason="Ill"), status=409)
    assert "The booking has moved on" in late
    assert "Ill" in late
    assert f"{address}/cancel" not in agent.get(address)
    assert state(booking_id) == "on_rent"


def test_words_of_others_do_nothing(house: Flask, signed_in: SignedIn) -> None:
    one, other = paper.confirmed(), paper.confirmed("noctua-r")
    agent = signed_in("agent")
    foreign = agent.get(f"{address_of(other)}/cancel")
    shown = foreign.partition('name="shown" value="')[2].partition('"')[0]
    page = agent.get(f"{address_of(one)}/cancel")
    for words in (shown, "", "x" * 5000, "<script>"):
        assert agent.send(page, "/cancel", reason="Ill", shown=words).status_code == 409
    assert (state(one), state(other)) == ("confirmed", "confirmed")
