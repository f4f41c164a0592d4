"""An amount that changes before the payer has approved it: at PayPal, in a race with the payer, and lost."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from exodrive.bookings import queries, transitions
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.payments import opening, operations, recording, tree
from exodrive.payments.models import OperationKind, Payment
from exodrive.payments.opening import AlreadyPaid
from exodrive.payments.ports import OrderAnswer
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from tests import faults, paper, rental
from tests.drain import drain, hurry, troubles
from tests.tasks import steps
from tests.tasks.wire import Wire

# Only the payment is changed here, and not the booking's price beside it.
pytestmark = [pytest.mark.usefixtures("house"), pytest.mark.made_up]


def payment(booking_id: UUID) -> Payment:
    return tree.of_booking(booking_id)[Purpose.RENTAL]


def change(booking_id: UUID, by: int = 50_00) -> Money:
    with transaction():
        transitions.lock(booking_id)
        locked = tree.lock(payment(booking_id).id)
        wanted = Money(locked.amount + by, locked.currency)
        opening.change_amount(locked, amount=wanted, at=clock.now())
    return wanted


def usable(booking_id: UUID) -> bool:
    with transaction():
        return opening.usable_order(payment(booking_id), at=clock.now()) is not None


def at_paypal(wire: Wire, booking_id: UUID) -> tuple[str, Money]:
    """What PayPal has of the last order."""
    with transaction():
        paypal_id = payment(booking_id).orders[-1].paypal_id
    shown = factory.payment_gateway().show_order(paypal_id)
    return shown.status, shown.amount


def test_an_open_order_is_changed_and_paid(wire: Wire) -> None:
    booking_id = steps.ordered()
    url = rental.approve_url(booking_id)
    wanted = change(booking_id)
    assert not usable(booking_id)  # nobody is sent to the old amount
    drain()
    assert at_paypal(wire, booking_id) == ("PAYER_ACTION_REQUIRED", wanted)
    assert rental.approve_url(booking_id) == url
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert steps.at_paypal(wire, booking_id)["authorizations"] == [("CREATED", wanted.amount)]
    assert steps.operations(booking_id) == [
        ("create_order", "done"),
        ("patch_order", "done"),
        ("authorize", "done"),
    ]
    assert troubles() == []


def test_an_order_that_was_approved_meanwhile_is_never_authorized(wire: Wire) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)  # at PayPal; nobody has read it yet
    wanted = change(booking_id)
    drain()
    with transaction():
        assert queries.by_id(booking_id).attention == "amount_mismatch"
        first, second = payment(booking_id).orders
        assert (first.status, first.authorizations, second.amount) == ("OUTDATED", [], wanted.amount)
    assert ("patch_order", "rejected") in steps.operations(booking_id)
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert steps.at_paypal(wire, booking_id)["authorizations"] == [("CREATED", wanted.amount)]


def test_an_order_that_is_not_made_yet_is_made_of_the_new_amount(wire: Wire) -> None:
    booking_id = rental.hold("aurelia-gt")
    rental.order(booking_id)
    wanted = change(booking_id)
    drain()
    assert at_paypal(wire, booking_id)[1] == wanted
    assert steps.operations(booking_id) == [("create_order", "done")]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_lost_answer_is_settled_by_reading(wire: Wire, kind: str) -> None:
    booking_id = steps.ordered()
    wanted = change(booking_id)
    with faults.arm(wire.target, provider="paypal", operation="orders.patch", kind=kind, times=1) as fault:
        drain()
        assert fault.struck() == 1
    hurry()
    drain()
    assert at_paypal(wire, booking_id)[1] == wanted
    assert ("patch_order", "done") in steps.operations(booking_id)
    assert usable(booking_id)


def test_two_changes_in_a_row_end_in_the_last(wire: Wire) -> None:
    booking_id = steps.ordered()
    change(booking_id)
    wanted = change(booking_id, by=-200_00)
    drain()
    assert at_paypal(wire, booking_id)[1] == wanted


def test_what_changes_under_way_is_changed_once_more() -> None:
    booking_id = rental.hold("aurelia-gt")
    rental.order(booking_id)
    ((operation_id, *_),) = paper.wanted(booking_id)
    with transaction():
        request = operations.claim(operation_id, at=clock.now())
        assert request is not None
    wanted = change(booking_id)
    with transaction():
        transitions.lock(booking_id)
        paper.follow(recording.answered(operation_id, paper.good(request), at=clock.now()))
    assert not usable(booking_id)
    assert paper.answer(booking_id) == ["patch_order"]
    with transaction():
        assert payment(booking_id).orders[-1].amount == wanted.amount
    assert usable(booking_id)


def test_an_order_that_paypal_leaves_as_it_is_gives_way_to_another() -> None:
    booking_id = paper.awaiting_payment()
    before = change(booking_id, by=0)
    change(booking_id)

    ((operation_id, *_),) = paper.wanted(booking_id)
    with transaction():
        request = operations.claim(operation_id, at=clock.now())
        assert request is not None
    with transaction():
        transitions.lock(booking_id)
        said = paper.good(request)
        assert isinstance(said, OrderAnswer)
        old = replace(said, amount=before)
        paper.follow(recording.answered(operation_id, old, at=clock.now()))
    assert paper.answer(booking_id) == ["create_order"]
    with transaction():
        assert [row.status for row in payment(booking_id).orders] == ["OUTDATED", "PAYER_ACTION_REQUIRED"]
    assert usable(booking_id)


def test_an_order_that_paypal_has_forgotten_gives_way_to_another() -> None:
    booking_id = paper.awaiting_payment()
    change(booking_id)
    ((operation_id, *_),) = paper.wanted(booking_id)
    with transaction():
        operations.claim(operation_id, at=clock.now())
    with transaction():
        transitions.lock(booking_id)
        refusal = GatewayRejected("RESOURCE_NOT_FOUND", reference="d3b06")
        paper.follow(recording.not_patched(operation_id, refusal, None, at=clock.now()))
    assert paper.answer(booking_id) == ["create_order"]
    assert usable(booking_id)


def test_whoever_asks_for_a_link_while_it_is_changed_waits_for_it() -> None:
    booking_id = paper.awaiting_payment()
    change(booking_id)
    with transaction():
        transitions.lock(booking_id)
        asked = opening.want_order(tree.lock(payment(booking_id).id), at=clock.now())
        assert asked is not None
        assert asked.kind == OperationKind.PATCH_ORDER
    assert paper.answer(booking_id) == ["patch_order"]


def test_what_was_approved_or_makes_no_sense_is_not_changed() -> None:
    booking_id = paper.awaiting_payment()
    with transaction():
        locked = tree.lock(payment(booking_id).id)
        for wrong in (Money(0, "USD"), Money(-1, "USD"), Money(100_00, "EUR")):
            with pytest.raises(ValueError, match="cannot be paid"):
                opening.change_amount(locked, amount=wrong, at=clock.now())
    paper.approve(booking_id)
    with pytest.raises(AlreadyPaid):
        change(booking_id)
