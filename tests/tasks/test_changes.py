"""A change through the workers: approved at PayPal, applied, its addendum signed, its letters written."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
import requests

from exodrive.bookings import addenda, changes, queries
from exodrive.bookings.by_hand import capturing
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_states import ChangeState
from exodrive.bookings.money import asking_again
from exodrive.contracts import issuing
from exodrive.contracts.states import ContractState
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import transaction
from exodrive.notifications import messages
from exodrive.payments import opening, tree
from exodrive.payments.states import PaymentState, Purpose
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain, troubles
from tests.tasks import seen as seeing
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.seen import Seen
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def extend(booking_id: UUID) -> UUID:
    """A day more, agreed to and approved at PayPal."""
    at = clock.now()
    with transaction():
        back = queries.by_id(booking_id).return_at + timedelta(days=1)
        while back.astimezone(rental.ZONE).weekday() > 4:
            back += timedelta(days=1)
        impact = changing.preview(booking_id, Wanted(return_at=back), at=at)
        token = change_tokens.sign(impact, secret=rental.KEY, by_staff=False, at=at)
    with transaction():
        made = changing.agree(booking_id, token, secret=rental.KEY, by=CUSTOMER, at=at)
    drain()
    approve(booking_id)
    with transaction():
        assert queries.by_id(booking_id).return_at == back
    return made.id


def approve(booking_id: UUID) -> None:
    """The customer approves at PayPal what the change costs more, and comes back."""
    with transaction():
        order = opening.usable_order(tree.changes_of(booking_id)[0], at=clock.now())
        assert order is not None
        approve_url, paypal_id = order.approve_url, order.paypal_id
    page = requests.get(str(approve_url), timeout=60)
    funding = (re.search(r'name="funding" value="([^"]+)"', page.text) or [None, ""])[1]
    decision = {"decision": "approve", "funding": str(funding)}
    requests.post(str(approve_url), data=decision, timeout=60, allow_redirects=False)
    with transaction():
        opening.payer_returned(booking_id, paypal_id, at=clock.now())
    drain()


def come_due(booking_id: UUID, pass_time: PassTime) -> None:
    """Let the moment come at which the change's money is to be taken."""
    with transaction():
        due_at = tree.changes_of(booking_id)[0].capture_at
        assert due_at is not None
        ahead = due_at - clock.now() + timedelta(seconds=1)
    pass_time(max(ahead, timedelta()))


def test_an_extension_is_paid_applied_and_signed(wire: Wire) -> None:
    booking_id = steps.confirmed()
    change_id = extend(booking_id)
    with transaction():
        assert changes.one(change_id).state == ChangeState.APPLIED
        (addendum,) = issuing.addenda(booking_id)
        assert addendum.state == ContractState.SENT
        assert "addendum 1" in addendum.values["Booking reference"]
        sign_url = addendum.sign_url
    rental.sign(str(sign_url))
    with transaction():
        issuing.signer_returned(booking_id)
    drain()
    with transaction():
        assert not addenda.unsigned(booking_id)
        written = {row.template for row in messages.of_booking(booking_id)}
    assert {"change_asked", "changed"} <= written
    assert troubles() == []


def test_a_change_that_is_taken_back_leaves_a_payment_for_nothing(wire: Wire) -> None:
    """Made dearer, approved, and made as cheap as before: what was approved for it is let go of."""
    booking_id = steps.confirmed()
    with transaction():
        booking = queries.by_id(booking_id)
        before, returned_at = booking.total_money, booking.return_at
    extend(booking_id)
    at = clock.now()
    with transaction():
        impact = changing.preview(booking_id, Wanted(return_at=returned_at), at=at)
        token = change_tokens.sign(impact, secret=rental.KEY, by_staff=False, at=at)
    with transaction():
        changing.agree(booking_id, token, secret=rental.KEY, by=CUSTOMER, at=at)
    drain()
    with transaction():
        assert queries.by_id(booking_id).total_money == before
        (change,) = tree.changes_of(booking_id)
        assert (change.amount, change.state) == (0, PaymentState.VOIDED)
    assert len(wire.calls("POST", "/void")) == 1
    assert troubles() == []


def test_what_paypal_will_not_take_of_a_change_is_approved_once_more(
    seen: Seen, wire: Wire, pass_time: PassTime
) -> None:
    """Staff see it as money at risk, the customer on their page and in a letter; then it is taken."""
    booking_id = steps.confirmed(days_ahead=3)
    extend(booking_id)
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="taken before",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    drain()
    come_due(booking_id, pass_time)
    wire.refuse("POST", "/capture", "INSTRUMENT_DECLINED")
    sweeps.run_payment_plans()
    drain()
    assert "Please approve the payment again" in seen.customer(booking_id)
    assert seeing.reference(booking_id) in seen.at_risk()
    assert seeing.letters(booking_id).count("approve_again") >= 1
    assert "INSTRUMENT_DECLINED" not in seen.customer(booking_id)
    with transaction():
        change = tree.changes_of(booking_id)[0]
        asking_again.pay(booking_id, payment_id=change.id, at=clock.now())
    drain()
    approve(booking_id)
    come_due(booking_id, pass_time)  # the new hold lasts until the policy's day, where that is still ahead
    sweeps.run_payment_plans()
    drain()
    with transaction():
        change = tree.changes_of(booking_id)[0]
        assert tree.captured(change) == change.money
    assert troubles() == []
