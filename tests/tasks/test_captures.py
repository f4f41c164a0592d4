"""Taking the money when the plan says, as authorizations grow old at PayPal."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import requests

from exodrive.bookings import cancelling, queries
from exodrive.bookings.by_hand import capturing, reauthorizing
from exodrive.bookings.money import retrying
from exodrive.kernel import audit, clock, outbox
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import plan, tree
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
    sweeps.run_payment_plans()
    sweeps.finish_settlements()
    drain()


def check(booking_id: UUID) -> None:
    """Have the order read, as any message about it does."""
    with transaction():
        payment_id = tree.of_booking(booking_id)[Purpose.RENTAL].id
        outbox.emit("payment.check", subject_id=booking_id, payment_id=str(payment_id))
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


def test_a_renewal_that_a_message_tells_of_before_its_answer_is_captured_all_the_same(
    wire: Wire, pass_time: PassTime
) -> None:
    """PayPal's message has us read the order while the call that renews it is still under way."""
    booking_id = steps.confirmed(days_ahead=12)
    after = planned(booking_id)
    assert after is not None
    pass_time(after)
    check(booking_id)  # the old token is renewed: it is the renewal's own answer that is lost
    wire.lose("POST", "/reauthorize")
    sweeps.run_payment_plans()
    drain()
    check(booking_id)
    with transaction():
        original, renewed = tree.authorizations(tree.of_booking(booking_id)[Purpose.RENTAL])
        assert renewed.parent_id == original.id
        assert queries.by_id(booking_id).attention is None
    for _ in range(3):
        hurry()
        drain()
    assert steps.operations(booking_id)[-2:] == [("reauthorize", "done"), ("capture", "done")]
    assert wire.calls("POST", "/void") == []
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total_of(booking_id), NOTHING)
    assert troubles() == []


def test_renewed_early_by_hand_it_is_taken_while_paypal_answers_for_it(
    wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=15)
    pass_time(timedelta(days=5))
    with transaction():
        reauthorizing.reauthorize(
            booking_id, purpose=Purpose.RENTAL, reason="The card is changed soon", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    drain()
    with transaction():
        _, renewed = tree.authorizations(tree.of_booking(booking_id)[Purpose.RENTAL])
        due_at = tree.of_booking(booking_id)[Purpose.RENTAL].capture_at
        assert due_at == renewed.created_at + plan.HONOUR - plan.MARGIN
    pass_time(due_at - clock.now() + timedelta(seconds=1))
    sweep()
    assert len(wire.calls("POST", "/reauthorize")) == 1
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total_of(booking_id), NOTHING)


def test_a_renewal_is_told_once_whatever_is_taken_from_it_later(pass_time: PassTime) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    pass_time(timedelta(days=5))
    with transaction():
        reauthorizing.reauthorize(
            booking_id, purpose=Purpose.RENTAL, reason="Now", by=rental.AGENT, at=clock.now()
        )
    drain()
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=Money(100_00, "USD"), final=False, reason="A part",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    drain()
    with transaction():
        told = [row.action for row in audit.trail(booking_id)]
    assert told.count("payment.reauthorized") == 1
    assert told.count("payment.captured") == 1


def test_beyond_29_days_the_money_is_taken_at_the_signing(wire: Wire) -> None:
    booking_id = steps.confirmed(days_ahead=60)
    after = planned(booking_id)
    assert after is not None
    assert after < timedelta(minutes=5)
    sweep()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_capture_that_paypal_refuses_waits_for_a_person(wire: Wire, pass_time: PassTime) -> None:
    """The house's own account is at fault: asking by itself again would change nothing."""
    booking_id = steps.confirmed(days_ahead=3)
    pass_time(planned(booking_id) or timedelta())
    wire.refuse("POST", "/capture", "PAYEE_ACCOUNT_RESTRICTED")
    for _ in range(3):
        sweep()
    assert len(wire.calls("POST", "/capture")) == 1
    with transaction():
        booking = queries.by_id(booking_id)
        assert booking.attention == "payment_refused"
    assert steps.operations(booking_id)[-1] == ("capture", "rejected")
    with transaction():
        retrying.retry(booking_id, reason="account in order", by=rental.AGENT, at=clock.now())
    drain()
    calls = wire.calls("POST", "/capture")
    assert len(calls) == 2
    assert len({seen.key for seen in calls}) == 2  # a person's second wish is another call
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_nothing_is_asked_of_a_dead_authorization(wire: Wire, pass_time: PassTime) -> None:
    """The house slept for a month."""
    booking_id = steps.confirmed(days_ahead=12)
    pass_time(timedelta(days=29, hours=1))
    for _ in range(3):
        sweep()
    assert wire.calls("POST", "/capture") == wire.calls("POST", "/reauthorize") == []
    with transaction():
        assert queries.by_id(booking_id).attention == "hold_lost"


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
        timeout=60,
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
        timeout=60,
    )
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        outbox.emit("payment.check", subject_id=booking_id, payment_id=str(payment.id))
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "refunded"
    with transaction():
        assert balance(Account.PREPAID, currency="USD") == NOTHING
    assert len(wire.calls("POST", "/refund")) == 1
