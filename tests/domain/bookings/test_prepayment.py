"""A manager lets a rental stand unpaid: it is signed, paid at the counter or at PayPal, and then driven."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from exodrive.availability.models import Occupancy
from exodrive.bookings import handover, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.money import asking_again, prepayment, takings
from exodrive.bookings.reservation import expiry
from exodrive.bookings.states import State
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.payments import opening, tree
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.receipt_models import For, Method
from exodrive.payments.states import PaymentState, Purpose
from tests import rental

REASON = "A guest of ten years"


def unpaid() -> UUID:
    """A booking that a manager let stand, waiting for its signature."""
    booking_id = rental.hold()
    rental.order(booking_id)
    with transaction():
        prepayment.waive(booking_id, reason=REASON, by=rental.AGENT, at=clock.now())
    return booking_id


def found(booking_id: UUID) -> Booking:
    booking = session().get(Booking, booking_id)
    assert booking is not None
    return booking


def test_it_goes_on_to_its_agreement_without_any_call_to_paypal_for_money(house: Flask) -> None:
    booking_id = unpaid()
    booking = found(booking_id)
    assert (booking.state, booking.prepayment_waiver) == (State.AWAITING_SIGNATURE, REASON)
    assert booking.authorized_at is None
    assert session().query(Occupancy).filter_by(booking_id=booking_id).one().kind == "booking"
    trail = next(row for row in audit.trail(booking_id) if row.action == "booking.prepayment_waived")
    assert (trail.reason, trail.actor_name) == (REASON, rental.AGENT.name)
    payment = tree.of_booking(booking_id)[Purpose.RENTAL]
    (step,) = payment.steps
    assert (step.kind, step.state, step.due_at) == (StepKind.APPROVE, StepState.WANTED, booking.pickup_at)
    assert prepayment.owed(booking) == booking.total_money


@pytest.mark.parametrize("state", [State.HELD, State.AWAITING_SIGNATURE])
def test_only_what_was_ordered_and_is_not_paid(house: Flask, state: State) -> None:
    booking_id = rental.hold() if state is State.HELD else unpaid()
    with pytest.raises(transitions.MoveImpossible), transaction():
        prepayment.waive(booking_id, reason=REASON, by=rental.AGENT, at=clock.now())


def test_what_the_payer_has_approved_meanwhile_is_not_waived(house: Flask) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    with transaction():
        tree.of_booking(booking_id)[Purpose.RENTAL].state = PaymentState.APPROVED
        session().flush()
    with pytest.raises(opening.AlreadyPaid), transaction():
        prepayment.waive(booking_id, reason=REASON, by=rental.AGENT, at=clock.now())


def test_what_has_run_out_is_not_waived(house: Flask) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    booking = found(booking_id)
    assert booking.expires_at is not None
    later = booking.expires_at
    assert expiry.due(booking, at=later)
    with pytest.raises(transitions.MoveImpossible), transaction():
        prepayment.waive(booking_id, reason=REASON, by=rental.AGENT, at=later)


def test_the_keys_wait_for_the_money_unless_the_rules_say_otherwise(house: Flask) -> None:
    booking_id = unpaid()
    booking = found(booking_id)
    assert not handover.known_checks(booking)["payment"]
    part = Money(booking.total - 1, booking.currency)
    for amount, ready in ((part, False), (Money(1, booking.currency), True)):
        with transaction():
            takings.take(
                booking_id, purpose=For.RENTAL, method=Method.CASH, amount=amount, reference="1",
                by=rental.AGENT, at=clock.now(),
            )  # fmt: skip
        assert handover.known_checks(found(booking_id))["payment"] is ready
    assert not prepayment.owed(found(booking_id))
    with pytest.raises(prepayment.NothingOwed), transaction():
        prepayment.ask(booking_id, by=rental.AGENT, at=clock.now())


def test_who_begins_at_the_counter_is_not_sent_to_paypal(house: Flask) -> None:
    booking_id = unpaid()
    ((payment, _step),) = asking_again.open_of(booking_id)
    with transaction():
        takings.take(
            booking_id, purpose=For.RENTAL, method=Method.CASH, amount=Money(100_00, "USD"), reference="1",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    assert asking_again.open_of(booking_id) == []
    with pytest.raises(asking_again.NothingToApprove), transaction():
        asking_again.pay(booking_id, payment_id=payment.id, at=clock.now())


def test_the_way_to_paypal_can_be_asked_for(house: Flask) -> None:
    booking_id = unpaid()
    ((payment, step),) = asking_again.open_of(booking_id)
    with transaction():
        prepayment.ask(booking_id, by=rental.AGENT, at=clock.now())
        asking_again.pay(booking_id, payment_id=payment.id, at=clock.now())
    (operation,) = [row for row in payment.operations if row.amount == payment.amount][-1:]
    assert operation.kind == "create_order"
    assert asking_again.asked(tree.of_booking(booking_id)[Purpose.RENTAL]) is step
