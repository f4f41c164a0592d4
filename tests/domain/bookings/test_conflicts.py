"""A late car and its next rental: found once, and solved by another car, by its return or by a word."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from exodrive.bookings import conflicts, queries, transitions
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.reservation import expiry, holding, offers
from exodrive.bookings.reservation.offers import Journey
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests import audited, paper, rental

pytestmark = pytest.mark.usefixtures("house")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def following(booking_id: UUID) -> UUID:
    """The next rental of the same car, as close behind as the turnaround allows."""
    late = fresh(booking_id)
    place = houses.place("rockville")
    starts_at = late.return_at + timedelta(hours=4)
    with transaction():
        offer = offers.make(
            fleet.car(late.car.slug),
            Journey(place, place, starts_at, starts_at + timedelta(days=1)),
            desk=rental.desk(),
            at=clock.now(),
        )
        booking, _ = holding.hold(
            offer, policies=houses.rulebook(clock.now()), prefix="EXD", visitor=None, key=rental.KEY,
            at=clock.now(),
        )  # fmt: skip
    rental.order(booking.id)
    paper.answer(booking.id)
    paper.approve(booking.id)
    paper.answer(booking.id)
    return booking.id


def test_a_clash_is_found_once_and_solved_when_the_car_is_back() -> None:
    late_id = paper.on_rent()
    next_id = following(late_id)
    with clock.frozen(fresh(late_id).return_at + timedelta(hours=2)):
        for _ in range(2):
            with transaction():
                assert conflicts.late(at=clock.now()) == [late_id]
                conflicts.look(late_id, at=clock.now())
        assert len(conflicts.open_of(next_id)) == 1
        assert fresh(next_id).attention == fresh(late_id).attention == Attention.CAR_LATE
        rental.take_back(late_id, odometer=20_150, fuel_eighths=8)
        assert conflicts.open_of(next_id) == []
        assert fresh(late_id).attention is None
        with transaction():
            assert conflicts.over() == [next_id]
            conflicts.calm(next_id, at=clock.now())
        assert fresh(next_id).attention is None
        with transaction():
            assert conflicts.over() == []


def test_a_clash_that_ended_by_itself_is_closed() -> None:
    late_id = paper.on_rent()
    next_id = following(late_id)
    with clock.frozen(fresh(late_id).return_at + timedelta(hours=2)):
        with transaction():
            conflicts.look(late_id, at=clock.now())
            assert conflicts.overtaken() == []
        with transaction():
            expiry.expire(transitions.lock(next_id), at=clock.now())
        with transaction():
            assert conflicts.overtaken() == [next_id]
            conflicts.recheck(next_id, at=clock.now())
        assert conflicts.open_of(late_id) == []
        audited.assert_no_breach_yet()


def test_in_time_there_is_no_clash_and_staff_may_say_that_it_is_solved() -> None:
    late_id = paper.on_rent()
    next_id = following(late_id)
    with transaction():
        conflicts.look(late_id, at=clock.now())
    assert conflicts.open_of(next_id) == []
    with clock.frozen(fresh(late_id).return_at + timedelta(hours=2)):
        with transaction():
            conflicts.look(late_id, at=clock.now())
        with transaction():
            conflicts.solve(next_id, reason="The renter waits gladly", by=rental.AGENT, at=clock.now())
        assert conflicts.open_of(late_id) == []
        assert fresh(late_id).attention is None
