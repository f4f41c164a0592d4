"""Where PayPal refuses the money, the customer approves it again, and it comes all the same."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from exodrive.bookings import links, queries
from exodrive.bookings.money import asking_again
from exodrive.config import Settings
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.models import Payment
from exodrive.payments.plan import StepKind
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import audited, rental
from tests.drain import drain, troubles
from tests.tasks import seen as seeing
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.seen import Seen
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
ASKED = "Please approve the payment again"


def sweep() -> None:
    sweeps.run_payment_plans()
    drain()


def rental_of(booking_id: UUID) -> Payment:
    return payment_of(booking_id, Purpose.RENTAL)


def payment_of(booking_id: UUID, purpose: Purpose) -> Payment:
    with transaction():
        return tree.of_booking(booking_id)[purpose]


def due(booking_id: UUID, kind: StepKind, pass_time: PassTime, *, purpose: Purpose = Purpose.RENTAL) -> None:
    """Let the moment of the step come."""
    planned = [row for row in payment_of(booking_id, purpose).steps if row.state == "planned"]
    (step,) = [row for row in planned if row.kind == kind]
    pass_time(step.due_at - clock.now() + timedelta(seconds=1))


def page_of(app: Flask, settings: Settings, booking_id: UUID) -> str:
    with transaction():
        booking = queries.by_id(booking_id)
        secret = links.secret(settings.secret_key, booking.id, booking.link_version)
    client: FlaskClient = app.test_client()
    answer = client.get(f"/b/{secret}")
    assert answer.status_code == 200
    return answer.text


def approve_again(booking_id: UUID) -> None:
    """What the customer does: the button of the page, PayPal, and back."""
    payment = rental_of(booking_id)
    with transaction():
        asking_again.pay(booking_id, payment_id=payment.id, at=clock.now())
    drain()
    rental.approve(booking_id)
    drain()


def test_approved_again_it_is_held_once_and_taken_as_the_plan_says(
    app: Flask, settings: Settings, wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    due(booking_id, StepKind.CAPTURE, pass_time)
    wire.refuse("POST", "/capture", "INSTRUMENT_DECLINED")
    sweep()
    approve_again(booking_id)
    for _ in range(2):
        sweep()
    old, new = tree.authorizations(rental_of(booking_id))
    assert (old.status, new.status) == ("VOIDED", "CAPTURED")
    with transaction():
        booking = queries.by_id(booking_id)
        total, attention = booking.total_money, booking.attention
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total, Money(0, "USD"))
    assert attention is None
    assert not [row for row in rental_of(booking_id).steps if row.at_risk_from is not None]
    assert ASKED not in page_of(app, settings, booking_id)
    assert troubles() == []


def test_a_deposit_that_was_lost_is_asked_for_in_one_place(
    app: Flask, settings: Settings, wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    steps.deposit_held(booking_id)
    rental.hand_over(booking_id)
    drain()
    due(booking_id, StepKind.CAPTURE, pass_time)
    sweep()  # the rental is taken, so that what is refused below is the deposit's renewal
    due(booking_id, StepKind.REAUTHORIZE, pass_time, purpose=Purpose.DEPOSIT)
    wire.refuse("POST", "/reauthorize", "PAYER_ACCOUNT_RESTRICTED")
    sweep()
    page = page_of(app, settings, booking_id)
    assert page.count("Please approve the deposit again") == 1
    assert 'data-step="failed"><b>Deposit</b>' in page
    assert "Hold the deposit with PayPal" not in page


def test_who_approves_again_and_never_comes_back_is_found_by_the_sweep(
    wire: Wire, pass_time: PassTime
) -> None:
    """PayPal still holds the old money, so the payment's own state tells nothing of the new order."""
    booking_id = steps.confirmed(days_ahead=3)
    due(booking_id, StepKind.CAPTURE, pass_time)
    wire.refuse("POST", "/capture", "INSTRUMENT_DECLINED")
    sweep()
    payment = rental_of(booking_id)
    with transaction():
        asking_again.pay(booking_id, payment_id=payment.id, at=clock.now())
    drain()
    url = rental.approve_url(booking_id)
    requests.post(url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60)
    pass_time(timedelta(minutes=5))
    sweeps.read_unheard_payments()
    drain()
    sweep()
    assert [row.status for row in tree.authorizations(rental_of(booking_id))] == ["VOIDED", "CAPTURED"]


def test_what_nobody_has_done_by_its_date_is_seen(
    app: Flask, seen: Seen, wire: Wire, pass_time: PassTime
) -> None:
    """PayPal refuses the house; it is money at risk, on the first page of the desk and in the audit."""
    booking_id = steps.confirmed(days_ahead=3)
    reference = seeing.reference(booking_id)
    assert reference not in seen.at_risk()
    due(booking_id, StepKind.CAPTURE, pass_time)
    wire.refuse("POST", "/capture", "PAYEE_ACCOUNT_RESTRICTED")
    sweep()
    assert reference in seen.at_risk()
    assert "restricted the house’s own account" in seen.at_risk()
    assert "Money at risk 1" in seen.today()
    promises = audited.assert_no_breach(app).promises
    assert "money_at_risk" in {answer.question.code for promise in promises for answer in promise.answers}


def test_a_step_that_the_scheduler_slept_through_is_seen(
    app: Flask, seen: Seen, wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    due(booking_id, StepKind.CAPTURE, pass_time)
    pass_time(timedelta(minutes=16))
    assert seeing.reference(booking_id) in seen.at_risk()
    assert "Overdue" in seen.desk(booking_id)
    sweep()
    assert seeing.reference(booking_id) not in seen.at_risk()


def test_a_renewal_refused_a_day_ahead_asks_before_the_money_is_due(
    app: Flask, settings: Settings, wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    due(booking_id, StepKind.REAUTHORIZE, pass_time)
    wire.refuse("POST", "/reauthorize", "PAYER_ACCOUNT_RESTRICTED")
    sweep()
    assert ASKED in page_of(app, settings, booking_id)
    assert wire.calls("POST", "/capture") == []
    approve_again(booking_id)
    due(booking_id, StepKind.CAPTURE, pass_time)
    sweep()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    assert len(wire.calls("POST", "/capture")) == 1


def test_of_a_renewal_that_paypal_does_not_do_the_capture_is_tried_all_the_same(
    wire: Wire, pass_time: PassTime
) -> None:
    """Too soon, or not supported: the hold stands, so nobody is asked for anything."""
    booking_id = steps.confirmed(days_ahead=12)
    due(booking_id, StepKind.REAUTHORIZE, pass_time)
    wire.refuse("POST", "/reauthorize", "REAUTHORIZATION_TOO_SOON")
    sweep()
    with transaction():
        assert asking_again.open_of(booking_id) == []
    due(booking_id, StepKind.CAPTURE, pass_time)
    sweep()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_hold_that_died_is_approved_again_and_taken(wire: Wire, pass_time: PassTime) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    pass_time(timedelta(days=31))
    sweep()
    approve_again(booking_id)
    sweep()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_two_schedulers_do_a_step_once(wire: Wire, pass_time: PassTime) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    due(booking_id, StepKind.CAPTURE, pass_time)
    sweeps.run_payment_plans()
    sweeps.run_payment_plans()
    drain()
    sweep()
    assert len(wire.calls("POST", "/capture")) == 1
    states = [(row.kind, row.state) for row in rental_of(booking_id).steps]
    assert states == [("capture", "done")]
