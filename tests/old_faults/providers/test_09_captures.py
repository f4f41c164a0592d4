"""9: whoever knew the address could have all rentals captured while its secret was unset."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from exodrive.blueprints.access import ACCESS
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def test_there_is_no_address_from_which_captures_are_run(house: Flask) -> None:
    """What is periodic is the scheduler's, a process of our own; a person's capture takes a role."""
    rules = [str(rule) for rule in house.url_map.iter_rules()]
    assert not [rule for rule in rules if any(word in rule for word in ("cron", "scheduled", "sweep", "job"))]
    capturing = {name: role for name, role in ACCESS.items() if "capture" in name}
    assert capturing
    assert {role for role in capturing.values() if role in ("public", "link", "api:public")} == set()


def test_a_stranger_captures_nothing(house: Flask, wire: Wire) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    client = house.test_client()
    for rule in house.url_map.iter_rules():
        if "capture" in rule.endpoint:
            address = str(rule).replace("<reference>", "X").replace("<booking_id>", str(booking_id))
            assert client.post(address).status_code in (302, 303, 400, 401, 403, 404), rule
    assert wire.calls("POST", "/capture") == []
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"


def test_the_plan_captures_once_and_in_time(wire: Wire, pass_time: PassTime) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    pass_time(timedelta(days=3))
    for _ in range(2):
        sweeps.run_payment_plans()
        drain()
    assert len(wire.calls("POST", "/capture")) == 1
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
