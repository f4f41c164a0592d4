"""Today says whose deposit goes back these days, and what the desk has to hand back."""

from __future__ import annotations

from flask import Flask

from exodrive.bookings import cancelling, queries, transitions
from exodrive.bookings.deposit.deposit_terms import WARNING
from exodrive.bookings.money import takings
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.payments.receipt_models import For, Method
from tests import paper, rental
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


def test_a_deposit_near_its_day_is_on_today(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.returned()
    agent = signed_in("agent")
    assert "Deposits to give back" not in agent.get("/desk")
    with transaction():
        transitions.lock(booking_id).deposit_release_at = clock.now() + WARNING
    db.session.remove()
    shown = agent.get("/desk")
    assert "Deposits to give back" in shown
    assert stages.reference(booking_id) in shown.partition("Deposits to give back")[2]


def test_what_lies_at_the_desk_for_a_cancelled_booking_is_on_today(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    with transaction():
        whole = queries.by_id(booking_id).deposit_money
        takings.take(
            booking_id, purpose=For.DEPOSIT, method=Method.CASH, amount=whole, reference="envelope",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    with transaction():
        fee = cancelling.terms(queries.by_id(booking_id), at=clock.now()).fee
        cancelling.cancel(booking_id, agreed_fee=fee, at=clock.now())
    db.session.remove()
    shown = signed_in("agent").get("/desk")
    assert "to hand back here" in shown.partition("Deposits to give back")[2]
