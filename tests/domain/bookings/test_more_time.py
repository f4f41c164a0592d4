"""More time: once, by the rule, never for what has ended or is over by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import queries
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry, more_time
from exodrive.house.models import Policy
from exodrive.kernel import audit
from exodrive.kernel.db import session, transaction
from tests import rental
from tests.domain.bookings.test_lock_order import together
from tests.domain.bookings.test_ordering import order

MINUTE = timedelta(minutes=1)


def ask(booking_id: UUID, *, at: datetime) -> timedelta:
    with transaction():
        return more_time.ask(booking_id, at=at)


def ends_at(booking_id: UUID) -> datetime | None:
    return queries.by_id(booking_id).expires_at


@pytest.mark.usefixtures("house")
def test_a_hold_gets_ten_minutes_once(at: datetime) -> None:
    booking_id = rental.hold()
    assert ask(booking_id, at=at + 5 * MINUTE) == 10 * MINUTE
    assert ask(booking_id, at=at + 6 * MINUTE) == timedelta(0)
    assert ends_at(booking_id) == at + 25 * MINUTE
    trail = [entry for entry in audit.trail(booking_id) if entry.action == "booking.more_time"]
    assert [entry.data for entry in trail] == [{"minutes": 10}]


@pytest.mark.usefixtures("house")
def test_a_payment_that_was_begun_gets_it_too(at: datetime) -> None:
    booking_id = rental.hold()
    order(booking_id)
    before = ends_at(booking_id)
    assert before is not None
    assert ask(booking_id, at=at + MINUTE) == 10 * MINUTE
    assert ends_at(booking_id) == before + 10 * MINUTE


@pytest.mark.usefixtures("house")
def test_it_is_given_once_for_both(at: datetime) -> None:
    booking_id = rental.hold()
    ask(booking_id, at=at)
    order(booking_id)
    assert ask(booking_id, at=at) == timedelta(0)


@pytest.mark.usefixtures("house")
def test_what_is_over_stays_over(at: datetime) -> None:
    booking_id = rental.hold()
    assert ask(booking_id, at=at + 15 * MINUTE) == timedelta(0)
    with transaction():
        expiry.expire_if_due(booking_id, at=at + 15 * MINUTE)
    assert ask(booking_id, at=at + 16 * MINUTE) == timedelta(0)
    assert queries.by_id(booking_id).state == "expired"


@pytest.mark.usefixtures("house")
def test_a_clock_that_a_payment_has_stopped_gets_nothing(at: datetime) -> None:
    booking_id = rental.hold()
    order(booking_id)
    with transaction():
        row = session().get(Booking, booking_id)
        assert row is not None
        row.expires_at = None  # as while PayPal authorizes
    assert ask(booking_id, at=at) == timedelta(0)


@pytest.mark.usefixtures("house")
def test_never_into_the_time_in_which_the_car_is_made_ready(at: datetime) -> None:
    booking_id = rental.hold()
    with transaction():
        row = session().get(Booking, booking_id)
        assert row is not None
        row.expires_at = row.pickup_at - 64 * MINUTE  # an hour of preparation, and four minutes
    assert ask(booking_id, at=at) == 4 * MINUTE


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("minutes", [0, 3])
def test_the_rule_is_the_booking_s_version(minutes: int, at: datetime) -> None:
    with transaction():
        terms = {"extension_minutes": minutes}
        session().add(Policy(kind="booking", version=2, terms=terms, in_force_at=at, changed_by="Ada"))
    booking_id = rental.hold()
    assert ask(booking_id, at=at) == minutes * MINUTE


def test_many_tabs_at_once_get_it_once(open_house: Flask, at: datetime) -> None:
    booking_id = rental.hold()
    ends = together(open_house, *(partial(ask, booking_id, at=at) for _ in range(6)))
    assert ends == {"done": 6}
    session().expire_all()
    assert ends_at(booking_id) == at + 25 * MINUTE


@pytest.mark.parametrize("_", range(3))
def test_asking_beside_the_sweep_that_ends_it(open_house: Flask, at: datetime, _: int) -> None:
    """Asked before the end and swept after it: one of the two, never a booking that is both."""
    booking_id = rental.hold()

    def sweep() -> None:
        with transaction():
            expiry.expire_if_due(booking_id, at=at + 15 * MINUTE)

    def asks() -> None:
        ask(booking_id, at=at + 14 * MINUTE)

    assert together(open_house, sweep, asks) == {"done": 2}
    session().expire_all()
    row = queries.by_id(booking_id)
    assert (row.state, row.expires_at) in (("expired", None), ("held", at + 25 * MINUTE))
