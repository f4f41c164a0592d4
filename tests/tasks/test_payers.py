"""What payers do at PayPal, and what PayPal makes of it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
import requests
from flask import Flask
from sqlalchemy import update

from exodrive.bookings import cancelling, queries, transitions
from exodrive.bookings.reservation import expiry, ordering
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from exodrive.payments import opening, tree
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain, troubles
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")


def letters(booking_id: UUID) -> list[str]:
    with transaction():
        return [row.template for row in messages.of_booking(booking_id)]


def attention(booking_id: UUID) -> str | None:
    with transaction():
        return queries.by_id(booking_id).attention


def unheard() -> None:
    """The sweep for payers who approved and never came back, some minutes later."""
    with transaction():
        session().execute(update(Payment).values(updated_at=clock.now() - timedelta(minutes=5)))
    sweeps.read_unheard_payments()
    drain()


def test_a_declined_card_may_be_followed_by_a_better_one(wire: Wire) -> None:
    booking_id = steps.paid(funding="declined")
    assert rental.state(booking_id) == "awaiting_payment"
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "failed"
    assert "payment_declined" in letters(booking_id)
    with transaction():
        expires_at = queries.by_id(booking_id).expires_at
        assert expires_at is not None
        assert expires_at > clock.now() + timedelta(minutes=50)
        ordering.pay_again(booking_id, at=clock.now())
    drain()
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert troubles() == []


def test_who_cancels_at_paypal_may_come_back_to_the_same_order(wire: Wire) -> None:
    booking_id = steps.ordered()
    url = rental.approve_url(booking_id)
    answer = requests.post(url, data={"decision": "cancel"}, allow_redirects=False, timeout=60)
    assert "/paypal/cancel" in answer.headers["Location"]
    with transaction():
        ordering.pay_again(booking_id, at=clock.now())
    assert rental.approve_url(booking_id) == url
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_who_approves_and_never_comes_back_is_found_by_the_sweep(wire: Wire) -> None:
    booking_id = steps.ordered()
    url = rental.approve_url(booking_id)
    choice = re.search(r'name="funding" value="([^"]+)"', requests.get(url, timeout=60).text)
    assert choice is not None
    requests.post(url, data={"decision": "approve", "funding": choice[1]}, allow_redirects=False, timeout=60)
    unheard()
    assert rental.state(booking_id) == "awaiting_signature"


def test_an_order_that_ran_out_is_followed_by_a_new_one(wire: Wire, pass_time: PassTime) -> None:
    booking_id = steps.ordered()
    with transaction():  # PayPal's outage keeps the place longer than an order lives
        transitions.lock(booking_id).expires_at = clock.now() + timedelta(days=1)
    pass_time(timedelta(hours=7))
    unheard()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "expired"
    with transaction():
        assert opening.usable_order(tree.of_booking(booking_id)[Purpose.RENTAL], at=clock.now()) is None
        ordering.pay_again(booking_id, at=clock.now())
    drain()
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_an_abandoned_order_is_not_read_for_ever(wire: Wire, pass_time: PassTime) -> None:
    steps.ordered()
    pass_time(timedelta(hours=7))
    unheard()
    read = len(wire.calls("GET", "/v2/checkout/orders"))
    unheard()
    assert len(wire.calls("GET", "/v2/checkout/orders")) == read


def review(wire: Wire, booking_id: UUID, decision: str) -> None:
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        (authorization,) = tree.authorizations(payment)
        url = f"{wire.target}/paypal/payments/authorizations/{authorization.paypal_id}/{decision}"
    assert requests.post(url, allow_redirects=False, timeout=60).status_code in (302, 303)


@pytest.mark.parametrize(
    ("decision", "state", "letter"),
    [
        ("accept", "awaiting_signature", "payment_received"),
        ("deny", "awaiting_payment", "payment_declined"),
    ],
)
def test_a_payment_under_review_keeps_its_place_until_paypal_has_decided(
    wire: Wire, decision: str, state: str, letter: str
) -> None:
    booking_id = steps.paid(funding="review")
    assert rental.state(booking_id) == "awaiting_payment"
    with transaction():
        assert queries.by_id(booking_id).expires_at is None
    review(wire, booking_id, decision)
    unheard()
    assert rental.state(booking_id) == state
    assert letter in letters(booking_id)
    if decision == "deny":
        with transaction():
            assert queries.by_id(booking_id).expires_at is not None
            ordering.pay_again(booking_id, at=clock.now())
        drain()
        rental.approve(booking_id)
        drain()
        assert rental.state(booking_id) == "awaiting_signature"


@pytest.mark.made_up
def test_a_figure_at_paypal_that_is_not_ours_stops_the_booking(wire: Wire) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    with transaction():
        tree.of_booking(booking_id)[Purpose.RENTAL].amount += 1
    drain()
    assert rental.state(booking_id) == "awaiting_payment"
    assert attention(booking_id) == "amount_mismatch"
    assert "payment_received" not in letters(booking_id)
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())
    drain()
    assert steps.at_paypal(wire, booking_id)["authorizations"] == []  # what was approved is never held


def cancel(booking_id: UUID) -> None:
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())


def expire(booking_id: UUID) -> None:
    with transaction():
        transitions.lock(booking_id).expires_at = clock.now()
    with transaction():
        expiry.expire_if_due(booking_id, at=clock.now())


@pytest.mark.parametrize("lose", [cancel, expire])
def test_money_authorized_without_a_place_is_voided_and_told(wire: Wire, house: Flask, lose) -> None:  # type: ignore[no-untyped-def]
    """The place is lost while the worker is at PayPal: the answer finds an ended booking."""
    booking_id = steps.ordered()

    def meanwhile() -> None:
        with house.app_context():
            lose(booking_id)
            db.session.remove()

    rental.approve(booking_id)
    wire.during("POST", "/authorize", meanwhile)
    drain()
    assert rental.state(booking_id) in ("cancelled", "expired")
    assert steps.at_paypal(wire, booking_id)["authorizations"][0][0] == "VOIDED"
    assert attention(booking_id) == "money_without_place"
    assert letters(booking_id).count("money_released") == 1
    assert troubles() == []


@pytest.mark.parametrize("lose", [cancel, expire])
def test_who_approves_for_a_place_that_is_gone_is_not_charged(wire: Wire, lose) -> None:  # type: ignore[no-untyped-def]
    booking_id = steps.ordered()
    url = rental.approve_url(booking_id)
    lose(booking_id)
    drain()
    requests.post(url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60)
    with transaction():
        order = tree.of_booking(booking_id)[Purpose.RENTAL].orders[0].paypal_id
        opening.payer_returned(booking_id, order, at=clock.now())
    drain()
    assert wire.calls("POST", "/authorize") == []


def test_an_order_number_of_somebody_else_in_the_address_changes_nothing(wire: Wire) -> None:
    mine, other = steps.ordered(), steps.ordered("calder-brake")
    with transaction():
        foreign = tree.of_booking(other)[Purpose.RENTAL].orders[0].paypal_id
        opening.payer_returned(mine, foreign, at=clock.now())
        opening.payer_returned(mine, "NOSUCHORDER", at=clock.now())
    assert drain() == []


def test_a_deposit_that_was_declined_may_be_tried_again(wire: Wire) -> None:
    booking_id = steps.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT, funding="declined")
    drain()
    assert rental.money(booking_id, Purpose.DEPOSIT)[0] == "failed"
    assert "deposit_declined" in letters(booking_id)
    assert rental.state(booking_id) == "confirmed"
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    drain()
    assert rental.money(booking_id, Purpose.DEPOSIT)[0] == "authorized"
    assert "deposit_held" in letters(booking_id)
