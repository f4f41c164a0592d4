"""Settling where the figures do not fit."""

from __future__ import annotations

from flask import Flask

from exodrive.payments.states import Purpose
from tests import rental
from tests.drain import drain
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


def test_a_bill_that_nobody_was_shown_is_refused_on_the_page(
    rental_house: Flask, signed_in: SignedIn
) -> None:
    """The refusal ends a transaction; the page that says so has to be made all the same."""
    booking_id = stages.confirmed()
    rental.ask_for_deposit(booking_id)
    drain()
    stages.deposit_held(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_000 + 9_000)
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(booking_id)}/settle"
    shown = agent.get(page)
    assert "A bill for $" in shown
    refused = agent.read(agent.send(shown, "/settle", bill="0.00"), status=422)
    assert "would be billed: look at it, and confirm" in refused
    assert rental.state(booking_id) == "returned"
    drain()
    assert rental.money(booking_id, Purpose.DEPOSIT)[0] == "authorized"
