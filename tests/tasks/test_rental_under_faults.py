"""A whole rental while the providers fail at random: each step comes about in the end, and each one once.

Answers get lost after success, servers fail, documents break off: every few calls, by seeds that repeat them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask

from exodrive.config import Settings
from exodrive.contracts import issuing
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.payments import opening, tree
from exodrive.payments.states import Purpose
from tests import circuits, faults, rental
from tests.drain import drain, hurry, troubles
from tests.tasks import steps
from tests.tasks.wire import Wire

PATIENCE = 90.0
PROVIDERS = ("paypal", "docuseal", "resend")
CHANCES = {"cut_after": 0.15, "error": 0.1, "truncated": 0.08, "wrong_types": 0.05, "unauthorized": 0.05}


@pytest.fixture
def bad_day(wire: Wire) -> Iterator[Callable[[int], None]]:
    """Call it with a seed, and nothing goes smoothly any more."""

    def begin(seed: int) -> None:
        for provider in PROVIDERS:
            for kind, chance in CHANCES.items():
                faults.arm(
                    wire.target, provider=provider, kind=kind, chance=chance, seed=f"{seed}/{provider}/{kind}"
                )

    faults.clear(wire.target)
    yield begin
    faults.clear(wire.target)


def work_until(done: Callable[[], bool], *, redis_url: str) -> None:
    """Do what is due, and let time pass for what waits and for the circuits, until it is done."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, troubles()
        circuits.pass_open_time(redis_url)
        hurry()
        drain(rounds=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_rental_comes_to_its_end_and_does_nothing_twice(
    house: Flask, settings: Settings, wire: Wire, bad_day: Callable[[int], None], seed: int
) -> None:
    def until(done: Callable[[], bool]) -> None:
        work_until(done, redis_url=settings.redis_url)

    bad_day(seed)
    booking_id = rental.hold(days_ahead=3)
    rental.order(booking_id)
    until(lambda: may_be_approved(booking_id, Purpose.RENTAL))
    rental.approve(booking_id)
    until(lambda: is_signable(booking_id))
    rental.sign(steps.sign_url(booking_id))
    with transaction():
        issuing.signer_returned(booking_id)
    until(lambda: rental.state(booking_id) == "confirmed")
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    until(lambda: may_be_approved(booking_id, Purpose.DEPOSIT))
    rental.approve(booking_id, Purpose.DEPOSIT)
    until(lambda: rental.money(booking_id, Purpose.DEPOSIT)[0] == "authorized")
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_000 + 7 * 100 + 20)
    rental.settle(booking_id)
    until(lambda: rental.state(booking_id) == "closed")
    until(lambda: not troubles())
    assert sum(rule["struck"] for rule in faults.every(wire.target)) >= 5, (
        "the day was not bad enough to prove anything"
    )
    faults.clear(wire.target)
    for purpose in (Purpose.RENTAL, Purpose.DEPOSIT):
        there = steps.at_paypal(wire, booking_id, purpose)
        assert {kind: len(rows) for kind, rows in there.items()} == {
            "authorizations": 1,
            "captures": 1,
            "refunds": 0,
        }
        assert [value for _, value in there["captures"]] == [rental.money(booking_id, purpose)[1].amount]
    letters = steps.mailbox(wire, booking_id)
    assert letters == sorted(set(letters))
    assert {"booking_received", "sign_agreement", "confirmed", "invoice"} <= set(letters)


def may_be_approved(booking_id: UUID, purpose: Purpose) -> bool:
    with transaction():
        order = opening.usable_order(tree.of_booking(booking_id)[purpose], at=clock.now())
        return order is not None and order.approve_url is not None


def is_signable(booking_id: UUID) -> bool:
    with transaction():
        contract = issuing.current(booking_id)
        return contract is not None and contract.sign_url is not None
