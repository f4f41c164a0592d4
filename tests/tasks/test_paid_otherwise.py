"""PayPal's page stays open while the desk takes the money: whoever approves there then pays nothing twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import requests
from flask import Flask

from exodrive.bookings import links, queries
from exodrive.bookings.money import asking_again, takings
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.payments.receipt_models import For, Method
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain, troubles
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.seen import words
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
PAID = "It is paid already: nothing more is taken at PayPal."


def take(booking_id: UUID, purpose: For, amount: Money | None = None) -> None:
    with transaction():
        most = takings.wanted(queries.by_id(booking_id), purpose)
        takings.take(
            booking_id, purpose=purpose, method=Method.CASH, amount=amount or most, reference="1",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip


def lost_and_asked(pass_time: PassTime) -> UUID:
    """PayPal's hold has died, the customer was asked again, and has PayPal's page open."""
    booking_id = steps.confirmed(days_ahead=12)
    pass_time(timedelta(days=31))
    sweeps.run_payment_plans()
    drain()
    with transaction():
        payment_id = tree.of_booking(booking_id)[Purpose.RENTAL].id
        asking_again.pay(booking_id, payment_id=payment_id, at=clock.now())
    drain()
    return booking_id


def letters(booking_id: UUID) -> list[str]:
    with transaction():
        return [row.template for row in messages.of_booking(booking_id)]


def page_after_paypal(house: Flask, booking_id: UUID) -> str:
    """The customer comes back from PayPal, as its page sends them, and reads."""
    with transaction():
        booking = queries.by_id(booking_id)
        secret = links.secret(house.config["SECRET_KEY"], booking.id, booking.link_version)
        token = tree.of_booking(booking_id)[Purpose.RENTAL].orders[-1].paypal_id
    db.session.remove()
    client = house.test_client()
    back = client.get(f"/b/{secret}/paypal/return?token={token}")
    return words(client.get(back.headers["Location"]).text)


@pytest.mark.parametrize("part", [None, Money(100_00, "USD")], ids=["whole", "part"])
def test_what_the_desk_has_taken_is_not_taken_at_paypal(
    house: Flask, wire: Wire, pass_time: PassTime, part: Money | None
) -> None:
    booking_id = lost_and_asked(pass_time)
    url = rental.approve_url(booking_id)
    take(booking_id, For.RENTAL, part)
    requests.post(url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60)
    before = len(wire.calls("POST", "/authorize"))
    page = page_after_paypal(house, booking_id)
    drain()
    sweeps.run_payment_plans()
    drain()
    assert PAID in page
    assert len(wire.calls("POST", "/authorize")) == before
    assert letters(booking_id).count("paid_otherwise") == 1
    with transaction():
        assert asking_again.open_of(booking_id) == []
        assert not tree.captured(tree.of_booking(booking_id)[Purpose.RENTAL])
    assert troubles() == []


def test_what_paypal_held_in_the_same_moment_is_let_go_at_once(
    house: Flask, wire: Wire, pass_time: PassTime
) -> None:
    """The desk takes the money while the worker is at PayPal."""
    booking_id = lost_and_asked(pass_time)

    def meanwhile() -> None:
        with house.app_context():
            take(booking_id, For.RENTAL)
            db.session.remove()

    rental.approve(booking_id)
    wire.during("POST", "/authorize", meanwhile)
    drain()
    assert steps.at_paypal(wire, booking_id)["authorizations"][0][0] == "VOIDED"
    assert letters(booking_id).count("paid_otherwise") == 1
    with transaction():
        assert queries.by_id(booking_id).attention is None
    assert troubles() == []


def test_a_deposit_from_the_terminal_is_not_held_again(wire: Wire) -> None:
    booking_id = steps.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    url = rental.approve_url(booking_id, Purpose.DEPOSIT)
    take(booking_id, For.DEPOSIT)
    requests.post(url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60)
    sweeps.read_unheard_payments()
    drain()
    assert steps.operations(booking_id, Purpose.DEPOSIT) == [("create_order", "done")]
    assert rental.money(booking_id, Purpose.DEPOSIT)[1:] == (Money(0, "USD"), Money(0, "USD"))


def test_the_old_button_of_a_page_says_that_it_is_paid(house: Flask, pass_time: PassTime) -> None:
    booking_id = lost_and_asked(pass_time)
    take(booking_id, For.RENTAL)
    with transaction():
        booking = queries.by_id(booking_id)
        payment_id = tree.of_booking(booking_id)[Purpose.RENTAL].id
        secret = links.secret(house.config["SECRET_KEY"], booking.id, booking.link_version)
    db.session.remove()
    client = house.test_client()
    page = client.get(f"/b/{secret}").text
    assert "approve-again" not in page
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    back = client.post(f"/b/{secret}/approve-again/{payment_id}", data={"csrf_token": token})
    assert back.status_code == 303
    assert PAID in words(client.get(back.headers["Location"]).text)
