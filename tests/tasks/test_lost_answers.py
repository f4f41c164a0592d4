"""The provider did it and we did not hear of it; a worker died; two workers have one delivery.

Each ends by reading the provider, with exactly one of everything there.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.bookings import cancelling, queries
from exodrive.kernel import clock, deliveries
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Delivery, DeliveryState
from exodrive.notifications import messages
from exodrive.payments import operations as calls
from exodrive.payments import tree
from exodrive.payments.models import Operation
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps, work
from tests import rental
from tests.drain import drain, hurry, troubles
from tests.tasks import steps
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def settle_down() -> None:
    for _ in range(3):
        hurry()
        drain()
    assert troubles() == []


def keys(wire: Wire, fragment: str) -> set[str | None]:
    return {seen.key for seen in wire.calls("POST", fragment)}


def total_of(booking_id: UUID) -> int:
    with transaction():
        return queries.by_id(booking_id).total


def capture_due(booking_id: UUID) -> None:
    """The plan's moment has come."""
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        for step in payment.steps:
            step.due_at = clock.now()
    sweeps.run_payment_plans()


def test_an_order_whose_answer_was_lost_is_one_order(wire: Wire) -> None:
    wire.lose("POST", "/v2/checkout/orders", times=2)
    booking_id = steps.ordered()
    settle_down()
    assert len(wire.calls("POST", "/v2/checkout/orders")) == 3
    assert len(keys(wire, "/v2/checkout/orders")) == 1
    rental.approve(booking_id)
    settle_down()
    assert rental.state(booking_id) == "awaiting_signature"


def test_an_authorization_whose_answer_was_lost_is_read_and_not_made_again(wire: Wire) -> None:
    wire.lose("POST", "/authorize")
    booking_id = steps.paid()
    settle_down()
    assert len(wire.calls("POST", "/authorize")) == 1
    assert steps.at_paypal(wire, booking_id)["authorizations"] == [("CREATED", total_of(booking_id))]
    assert rental.state(booking_id) == "awaiting_signature"


def test_a_capture_whose_answer_was_lost_is_one_capture(wire: Wire) -> None:
    booking_id = steps.confirmed()
    wire.lose("POST", "/capture")
    capture_due(booking_id)
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"
    settle_down()
    assert len(wire.calls("POST", "/capture")) == 1
    assert steps.at_paypal(wire, booking_id)["captures"] == [("COMPLETED", total_of(booking_id))]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_void_whose_answer_was_lost_is_one_void(wire: Wire) -> None:
    booking_id = steps.confirmed()
    wire.lose("POST", "/void")
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=Money(0, "USD"), at=clock.now())
    settle_down()
    assert len(wire.calls("POST", "/void")) == 1
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


def test_a_refund_whose_answer_was_lost_is_one_refund(wire: Wire) -> None:
    booking_id = steps.confirmed()
    capture_due(booking_id)
    settle_down()
    wire.lose("POST", "/refund")
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=Money(0, "USD"), at=clock.now())
    settle_down()
    total = total_of(booking_id)
    assert len(wire.calls("POST", "/refund")) == 1
    assert steps.at_paypal(wire, booking_id)["refunds"] == [("COMPLETED", total)]
    assert rental.money(booking_id, Purpose.RENTAL) == ("refunded", Money(total, "USD"), Money(total, "USD"))


def test_an_agreement_whose_sending_was_lost_is_found_and_not_sent_again(wire: Wire) -> None:
    wire.lose("POST", "/submissions")
    booking_id = steps.paid()
    settle_down()
    assert len(wire.calls("POST", "/submissions")) == 1
    assert steps.sign_url(booking_id)


def test_a_letter_whose_sending_was_lost_goes_again_under_its_own_key(wire: Wire) -> None:
    wire.lose("POST", "/emails")
    steps.ordered()
    settle_down()
    assert [seen.status for seen in wire.calls("POST", "/emails")] == [200, 200]
    assert len(keys(wire, "/emails")) == 1


def delivery(actor: str) -> UUID:
    with transaction():
        return (
            session()
            .scalars(select(Delivery.id).where(Delivery.actor == actor, Delivery.state != DeliveryState.DONE))
            .one()
        )


def lease_ends(delivery_id: UUID) -> None:
    with transaction():
        row = session().get(Delivery, delivery_id)
        assert row is not None
        row.due_at = clock.real_now() - timedelta(seconds=1)


def test_a_worker_that_dies_before_its_call_leaves_it_to_the_next(wire: Wire) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    waiting = delivery("payments.perform")
    with transaction():
        taken = deliveries.claim(waiting)
    assert taken is not None
    with transaction():
        calls.claim(UUID(taken.payload["operation_id"]), at=clock.now())
    drain()
    assert wire.calls("POST", "/v2/checkout/orders") == []  # its lease lives: nobody takes it away
    lease_ends(waiting)
    drain()
    assert len(wire.calls("POST", "/v2/checkout/orders")) == 1
    assert rental.approve_url(booking_id)


def test_a_worker_that_dies_after_its_call_is_settled_by_reading(wire: Wire, house: Flask) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    wire.during("POST", "/authorize", lambda: _overtaken(house))
    drain()  # the record of the first worker is refused: somebody else has the delivery
    assert rental.state(booking_id) == "awaiting_payment"
    settle_down()
    assert len(wire.calls("POST", "/authorize")) == 1
    assert rental.state(booking_id) == "awaiting_signature"
    assert steps.at_paypal(wire, booking_id)["authorizations"] == [("CREATED", total_of(booking_id))]


def _overtaken(house: Flask) -> None:
    """The lease of the one running payment call ends, and another worker claims it and dies too."""
    with house.app_context():
        with transaction():
            row = (
                session()
                .scalars(
                    select(Delivery).where(
                        Delivery.actor == "payments.perform", Delivery.state == DeliveryState.RUNNING
                    )
                )
                .one()
            )
            row.due_at = clock.real_now() - timedelta(seconds=1)
            running = row.id
        with transaction():
            assert deliveries.claim(running) is not None
        db.session.remove()


def test_two_workers_with_one_delivery_authorize_once(wire: Wire, house: Flask) -> None:
    """The second claims it while the first, slow, is still at PayPal; both go all the way."""
    booking_id = steps.ordered()
    rental.approve(booking_id)

    def second_worker() -> None:
        with house.app_context():
            with transaction():
                row = (
                    session()
                    .scalars(
                        select(Delivery).where(
                            Delivery.actor == "payments.perform", Delivery.state == DeliveryState.RUNNING
                        )
                    )
                    .one()
                )
                row.due_at = clock.real_now() - timedelta(seconds=1)
                running = row.id
            work.perform("payments.perform", running)

    wire.during("POST", "/authorize", second_worker)
    drain()
    settle_down()
    assert rental.state(booking_id) == "awaiting_signature"
    assert len(wire.calls("POST", "/authorize")) == 1
    assert steps.at_paypal(wire, booking_id)["authorizations"] == [("CREATED", total_of(booking_id))]
    with transaction():
        letters = [row.template for row in messages.of_booking(booking_id)]
    assert letters.count("payment_received") == 1


@pytest.mark.made_up
def test_a_delivery_is_claimed_by_one_and_finished_by_the_newest(house: Flask) -> None:
    rental.order(rental.hold())
    waiting = delivery("payments.perform")
    with transaction():
        first = deliveries.claim(waiting)
    with transaction():
        assert deliveries.claim(waiting) is None
    lease_ends(waiting)
    with transaction():
        second = deliveries.claim(waiting)
    assert first is not None
    assert second is not None
    assert (first.fence, second.fence) == (1, 2)
    for finish in (deliveries.done, _retry, _fail):
        with pytest.raises(deliveries.LeaseLost), transaction():
            finish(first)
    with transaction():
        deliveries.done(second)
    with transaction():
        assert deliveries.claim(waiting) is None


@pytest.mark.made_up
@pytest.mark.parametrize(
    "end", [GatewayUnavailable("no answer"), GatewayRejected("NO", "no"), ValueError("no")]
)
def test_whoever_has_lost_the_lease_writes_nothing_however_the_deed_ends(
    house: Flask, monkeypatch: pytest.MonkeyPatch, end: Exception
) -> None:
    rental.order(rental.hold())
    waiting = delivery("payments.perform")

    def stand_still(_taken: deliveries.Work) -> None:
        lease_ends(waiting)
        with transaction():
            assert deliveries.claim(waiting) is not None
        raise end

    monkeypatch.setitem(work.DEEDS, "payments.perform", (stand_still, work.DEEDS["payments.perform"][1]))
    work.perform("payments.perform", waiting)
    with transaction():
        row = session().get_one(Delivery, waiting)
        assert (row.state, row.fence, row.last_error) == ("running", 2, None)


def _retry(taken: deliveries.Work) -> None:
    deliveries.retry(taken, error="late")


def _fail(taken: deliveries.Work) -> None:
    deliveries.fail(taken, error="late")


@pytest.mark.parametrize(
    ("lost", "after"),
    [("/v2/checkout/orders", "create_order"), ("/authorize", "authorize"), ("/capture", "capture")],
)
def test_the_key_of_a_call_is_fixed_before_it_and_the_same_at_every_repetition(
    wire: Wire, lost: str, after: str
) -> None:
    """It is made of our operation's id: no clock is in it."""
    wire.lose("POST", lost, times=2)
    booking_id = steps.confirmed() if after == "capture" else steps.ordered()
    if after == "authorize":
        rental.approve(booking_id)
    if after == "capture":
        capture_due(booking_id)
    settle_down()
    with transaction():
        operation = session().scalars(select(Operation).where(Operation.kind == after)).one()
    assert keys(wire, lost) == {f"{after}:{operation.id}"}
