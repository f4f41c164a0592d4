"""What rivals get wrong about money: failed is stored as paid, paid stays pending, expired is found late."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from sqlalchemy import select, update

from exodrive.availability.models import Occupancy
from exodrive.bookings import cancelling, queries, transitions
from exodrive.bookings.reservation import expiry
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import opening, tree
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain, troubles
from tests.providers.faulty import Faulty
from tests.replay.brink import approve
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.reports import Post, approved_unseen, arrived
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")


def test_a_failed_card_is_not_stored_as_paid() -> None:
    """The booking was written as paid before the bank had answered."""
    booking_id = steps.paid(funding="declined")
    assert rental.state(booking_id) == "awaiting_payment"
    assert rental.money(booking_id, Purpose.RENTAL) == ("failed", NOTHING, NOTHING)
    with transaction():
        assert balance(Account.PREPAID, currency="USD") == NOTHING


def test_a_payment_is_heard_of_by_message_alone(post: Post, postbox: Faulty) -> None:
    """There were no payment messages: who closed the window had paid for nothing."""
    booking_id, message = approved_unseen(postbox)
    assert post(message) == 200
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_a_cancellation_gives_the_money_back(wire: Wire) -> None:
    """There were no refunds."""
    booking_id = steps.confirmed(days_ahead=60)
    sweeps.run_payment_plans()
    drain()
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())
    drain()
    state, captured, refunded = rental.money(booking_id, Purpose.RENTAL)
    assert (state, refunded) == ("refunded", captured)
    assert [status for status, _ in steps.at_paypal(wire, booking_id)["refunds"]] == ["COMPLETED"]


def test_of_two_who_pay_for_one_place_one_has_it_and_the_other_is_not_charged(wire: Wire) -> None:
    """Both held the slot, and both paid."""
    first = steps.ordered()
    url = rental.approve_url(first)
    with transaction():
        transitions.lock(first).expires_at = clock.now()
    with transaction():
        expiry.expire_if_due(first, at=clock.now())
    drain()
    second = steps.ordered()
    approve(url)
    with transaction():
        order = tree.of_booking(first)[Purpose.RENTAL].orders[0].paypal_id
        opening.payer_returned(first, order, at=clock.now())
    rental.approve(second)
    drain()
    assert (rental.state(first), rental.state(second)) == ("expired", "awaiting_signature")
    assert steps.at_paypal(wire, first)["captures"] == []
    assert [status for status, _ in steps.at_paypal(wire, first)["authorizations"]] in ([], ["VOIDED"])
    with transaction():
        assert session().scalars(select(Occupancy.booking_id)).all() == [second]
    assert troubles() == []


def test_what_is_paid_does_not_stay_pending_though_nobody_tells_us() -> None:
    """No return, no message: a sweep reads what is overdue."""
    booking_id = steps.ordered()
    approve(rental.approve_url(booking_id))
    with transaction():
        session().execute(update(Payment).values(updated_at=clock.now() - timedelta(minutes=5)))
    sweeps.read_unheard_payments()
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_an_authorization_is_renewed_and_captured_before_it_dies(wire: Wire, pass_time: PassTime) -> None:
    """It was found to have expired on the day of the pick-up."""
    booking_id = steps.confirmed(days_ahead=20)
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        (held,) = tree.authorizations(payment)
        due, dies = payment.capture_at, held.expires_at
    assert due is not None
    assert dies is not None
    assert due < dies
    pass_time(due - clock.now() + timedelta(minutes=1))
    for _ in range(2):
        sweeps.run_payment_plans()
        drain()
    assert [kind for kind, _ in steps.operations(booking_id)][-2:] == ["reauthorize", "capture"]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_hold_that_died_all_the_same_is_shown_to_staff(post: Post, postbox: Faulty) -> None:
    booking_id = steps.confirmed(days_ahead=20)
    with transaction():
        (held,) = tree.authorizations(tree.of_booking(booking_id)[Purpose.RENTAL])
        hold = held.paypal_id
    factory.payment_gateway().void(hold, request_id=f"elsewhere:{hold}")
    assert post(arrived(postbox, "/paypal", "PAYMENT.AUTHORIZATION.VOIDED", hold)) == 200
    drain()
    with transaction():
        assert queries.by_id(booking_id).attention == "hold_lost"


def test_the_place_is_given_back_when_nobody_pays(wire: Wire) -> None:
    booking_id = steps.ordered()
    assert requests.get(rental.approve_url(booking_id), timeout=60).ok
    with transaction():
        transitions.lock(booking_id).expires_at = clock.now()
    sweeps.expire_bookings()
    drain()
    assert rental.state(booking_id) == "expired"
    with transaction():
        assert session().scalars(select(Occupancy)).all() == []
