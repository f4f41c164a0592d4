"""3: every PayPal-Request-Id held the time of day, so that a retry could charge twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exodrive.kernel import clock
from exodrive.kernel.ids import new_id
from exodrive.payments.models import Operation
from tests import rental
from tests.drain import drain, hurry
from tests.tasks import steps
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def test_a_repeated_call_carries_the_same_key_at_any_hour(wire: Wire) -> None:
    wire.lose("POST", "/v2/checkout/orders")
    rental.order(rental.hold())
    for hours in (0, 1, 2):
        with clock.frozen(clock.real_now() + timedelta(hours=hours)):
            drain()
            hurry()
    calls = wire.calls("POST", "/v2/checkout/orders")
    assert len(calls) == 2
    assert len({call.key for call in calls}) == 1


def test_a_retried_authorization_holds_the_money_once(wire: Wire) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    wire.lose("POST", "/authorize")
    for _ in range(3):
        drain()
        hurry()
    assert len({call.key for call in wire.calls("POST", "/authorize")}) == 1
    assert len(steps.at_paypal(wire, booking_id)["authorizations"]) == 1


def test_the_key_is_made_of_the_wish_and_of_nothing_else() -> None:
    wish = Operation(kind="capture", id=new_id())
    with clock.frozen(clock.real_now() + timedelta(days=400)):
        assert wish.request_id == f"capture:{wish.id}"
