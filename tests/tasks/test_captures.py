"""Taking the money when the plan says, as authorizations grow old at PayPal."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import requests

from exodrive.bookings import cancelling, queries, retrying
from exodrive.kernel import clock, outbox
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain, hurry, troubles
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")


def sweep() -> None:
    sweeps.capture_rentals()
    sweeps.finish_settlements()
    drain()


def planned(booking_id: UUID) -> timedelta | None:
    """How long after the authorization the capture is planned."""
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        (held,) = tree.authorizations(payment)
        return None if payment.capture_at is None else payment.capture_at - held.created_at


def total_of(booking_id: UUID) -> Money:
    with transaction():
        return queries.by_id(booking_id).total_money


def test_a_near_rental_is_captured_within_paypals_word_and_once(wire: Wire, pass_time: PassTime) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    after = planned(booking_id)
    assert after is not None
    assert after <= timedelta(days=3)
    sweep()
    assert wire.calls("POST", "/capture") == []
    pass_time(after)
    for _ in range(3):
        sweep()
    assert len(wire.calls("POST", "/capture")) == 1
    assert wire.calls("POST", "/reauthorize") == []
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total_of(booking_id), NOTHING)


def test_a_later_one_is_renewed_first_and_the_new_authorization_captured(
    wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    after = planned(booking_id)
    assert after is not None
    assert after > timedelta(days=4)
    pass_time(after)
    wire.lose("POST", "/reauthorize")
    wire.lose("POST", "/capture")
    for _ in range(4):
        sweep()
        hurry()
        drain()
    assert len({seen.key for seen in wire.calls("POST", "/reauthorize")}) == 1
    assert steps.operations(booking_id)[-2:] == [("reauthorize", "done"), ("capture", "done")]
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        original, renewed = tree.authorizations(payment)
        assert renewed.parent_id == original.id
        (taken,) = tree.captures(payment)
        assert taken.authorization_id == renewed.id
    captured = {seen.path.split("/")[-2] for seen in wire.calls("POST", "/capture")}
    assert captured == {renewed.paypal_id}
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total_of(booking_id), NOTHING)
    with transaction():
        taken_in_all = -balance(Account.PREPAID, currency="USD")
    assert taken_in_all == total_of(booking_id)
    assert troubles() == []


def test_beyond_29_days_the_money_is_taken_at_the_signing(wire: Wire) -> None:
    booking_id = steps.confirmed(days_ahead=60)
    after = planned(booking_id)
    assert after is not None
    assert after < timedelta(minutes=5)
    sweep()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_capture_that_paypal_refuses_waits_for_a_person(wire: Wire, pass_time: PassTime) -> None:
    """The house slept for a month: the authorization is dead."""
    booking_id = steps.confirmed(days_ahead=12)
    pass_time(timedelta(days=29, hours=1))
    for _ in range(3):
        sweep()
    assert len(wire.calls("POST", "/capture")) == 1
    with transaction():
        booking = queries.by_id(booking_id)
        assert booking.attention == "payment_refused"
    assert steps.operations(booking_id)[-1] == ("capture", "rejected")
    with transaction():
        retrying.retry(booking_id, reason="try once more", by=rental.AGENT, at=clock.now())
    drain()
    calls = wire.calls("POST", "/capture")
    assert len(calls) == 2
    assert len({seen.key for seen in calls}) == 2  # a person's second wish is another call


def test_a_hold_that_paypal_let_go_is_seen_and_staff_told(wire: Wire, pass_time: PassTime) -> None:
    """After 30 days PayPal voids what nobody captured."""
    booking_id = steps.confirmed(days_ahead=12)
    pass_time(timedelta(days=31))
    sweep()
    with transaction():
        assert queries.by_id(booking_id).attention == "hold_lost"
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


@pytest.mark.parametrize(("decision", "state"), [("complete", "captured"), ("deny", "failed")])
def test_an_echeck_is_taken_once_and_counts_when_the_bank_has_answered(
    wire: Wire, decision: str, state: str
) -> None:
    booking_id = steps.confirmed(days_ahead=60, funding="echeck")
    for _ in range(3):
        sweep()
    assert len(wire.calls("POST", "/capture")) == 1
    assert rental.money(booking_id, Purpose.RENTAL)[:2] == ("approved", NOTHING)
    with transaction():
        (pending,) = tree.captures(tree.of_booking(booking_id)[Purpose.RENTAL])
    requests.post(
        f"{wire.target}/paypal/payments/captures/{pending.paypal_id}/{decision}",
        allow_redirects=False,
        timeout=10,
    )
    with transaction():
        tree.of_booking(booking_id)[Purpose.RENTAL].updated_at = clock.now() - timedelta(minutes=5)
    sweeps.read_unheard_payments()
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == state
    with transaction():
        attention = queries.by_id(booking_id).attention
        taken = -balance(Account.PREPAID, currency="USD")
    assert attention == (None if decision == "complete" else "payment_refused")
    assert taken == (total_of(booking_id) if decision == "complete" else NOTHING)


def test_a_slow_refund_is_posted_when_it_has_arrived(wire: Wire) -> None:
    booking_id = steps.confirmed(days_ahead=60, funding="slow_refunds")
    sweep()
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())
    drain()
    assert len(wire.calls("POST", "/refund")) == 1
    assert rental.money(booking_id, Purpose.RENTAL)[2] == NOTHING
    with transaction():
        (taken,) = tree.captures(tree.of_booking(booking_id)[Purpose.RENTAL])
        (pending,) = taken.refunds
    requests.post(
        f"{wire.target}/paypal/payments/refunds/{pending.paypal_id}/complete",
        allow_redirects=False,
        timeout=10,
    )
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        outbox.emit("payment.check", subject_id=booking_id, payment_id=str(payment.id))
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "refunded"
    with transaction():
        assert balance(Account.PREPAID, currency="USD") == NOTHING
    assert len(wire.calls("POST", "/refund")) == 1
