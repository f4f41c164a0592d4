"""Money by the staff's programs with PayPal at the other end of the line, and the books at zero."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from exodrive.accounts.scopes import Kind
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.ledger.models import Entry
from exodrive.local import demo
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from tests import rental
from tests.conftest import Simulators
from tests.drain import drain
from tests.tasks import steps
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import do, path, purse, refused, usd

NOTHING = {"amount": 0, "currency": "USD"}


@pytest.fixture
def house(
    app: Flask, settings: Settings, simulators: Simulators, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The demo house today, and the real clients of the simulators."""
    monkeypatch.setattr(limiter, "enabled", False)
    factory.configure(settings)
    with app.app_context():
        with transaction():
            demo.furnish(at=clock.now())
        yield app
        db.session.remove()


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Till"))


def test_taken_in_parts_given_back_twice_and_settled(desk: Program, house: Flask) -> None:
    booking_id = steps.confirmed()
    total = purse(desk, booking_id)["amount"]["amount"]
    do(desk, booking_id, "capture-payment", amount=usd(500_00), final=False)
    assert purse(desk, booking_id)["under_way"]
    drain()
    assert purse(desk, booking_id)["held"] == usd(total - 500_00)
    do(desk, booking_id, "capture-payment", amount=usd(300_00), final=False)
    drain()
    do(desk, booking_id, "refund", amount=usd(100_00))
    drain()
    do(desk, booking_id, "refund", amount=usd(50_00))
    drain()
    found = purse(desk, booking_id)
    assert (found["captured"], found["refunded"]) == (usd(800_00), usd(150_00))
    assert found["held"] == usd(total - 800_00)
    steps.deposit_held(booking_id)
    do(desk, booking_id, "void-payment", purpose="deposit")
    drain()
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    drain()
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_050)
    rental.settle(booking_id)
    drain()
    closed = desk.get(f"/admin/bookings/{booking_id}").json
    assert closed["state"] == "closed"
    assert closed["payments"][0]["captured"] == usd(total)
    with transaction():
        assert session().scalar(select(func.sum(Entry.amount))) == 0


def test_a_refund_that_the_bank_takes_its_time_with(desk: Program, house: Flask) -> None:
    booking_id = steps.confirmed(funding="slow_refunds")
    total = purse(desk, booking_id)["amount"]["amount"]
    do(desk, booking_id, "capture-payment")
    drain()
    do(desk, booking_id, "refund", amount=usd(75_00))
    drain()
    found = purse(desk, booking_id)
    assert (found["refunded"], found["refundable"]) == (NOTHING, usd(total - 75_00))
    do(desk, booking_id, "refund")
    drain()
    assert refused(desk, booking_id, "refund", amount=usd(1)) == (422, "nothing_taken")


def test_whoever_waits_gets_the_outcome(desk: Program, house: Flask) -> None:
    booking_id = steps.confirmed()

    def work() -> None:
        with house.app_context():
            for _ in range(200):
                if drain():
                    break
            db.session.remove()

    body = {"reason": "asked for"}
    worker = Thread(target=work)
    worker.start()
    answer = desk.post(path(booking_id, "capture-payment"), body, Idempotency_Key="w", Prefer="wait=20")
    worker.join()
    if answer.status_code == 202:  # the worker was there before the wish
        drain()
        answer = desk.get(answer.headers["Location"])
    assert (answer.status_code, answer.json["state"]) == (200, "done")
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
