"""Holding a car: who is first has it, and nobody has two."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import CarTaken
from exodrive.availability.rules import Period
from exodrive.bookings import links, queries
from exodrive.bookings.reservation import expiry, finding, holding, offers
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.bookings.reservation.offers import Journey, Offer
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from tests import rental

pytestmark = pytest.mark.usefixtures("house")


def hold(offer: Offer, *, visitor: str | None = None, at: datetime | None = None) -> UUID:
    with transaction():
        booking, _ = holding.hold(
            offer,
            policies=houses.rulebook(clock.now()),
            prefix="EXD",
            visitor=visitor,
            key=rental.KEY,
            at=at or clock.now(),
        )
        return booking.id


def place_of(booking_id: UUID) -> Occupancy | None:
    return session().scalars(select(Occupancy).where(Occupancy.booking_id == booking_id)).first()


def moved(offer: Offer, *, by: timedelta) -> Offer:
    """The same offer so much later, with its margins."""
    journey = replace(
        offer.journey, pickup_at=offer.journey.pickup_at + by, return_at=offer.journey.return_at + by
    )
    return replace(
        offer, journey=journey, period=Period(offer.period.starts_at + by, offer.period.ends_at + by)
    )


def test_a_hold_takes_the_car_with_its_margins_for_15_minutes(at: datetime) -> None:
    offer = rental.offer()
    booking = queries.by_id(hold(offer))
    assert booking.state == "held"
    assert booking.expires_at == at + timedelta(minutes=15)
    assert (booking.total_money, booking.deposit_money) == (offer.price.total, offer.deposit)
    place = place_of(booking.id)
    assert place is not None
    assert place.kind == "hold"
    assert occupancies.as_period(place.period) == Period(
        offer.journey.pickup_at - timedelta(hours=1), offer.journey.return_at + timedelta(hours=3)
    )
    assert [entry.action for entry in audit.trail(booking.id)] == ["booking.held"]


def test_the_second_one_is_told_at_once_and_leaves_nothing_behind() -> None:
    offer = rental.offer()
    first = hold(offer)
    for later in (offer, moved(offer, by=timedelta(days=3)), moved(offer, by=timedelta(days=-3))):
        with pytest.raises(CarTaken):
            hold(later)
    assert [row.booking_id for row in session().scalars(select(Occupancy))] == [first]


def test_another_car_is_not_in_the_way() -> None:
    hold(rental.offer("aurelia-gt"))
    hold(rental.offer(_another_car()))


def _another_car() -> str:
    return next(car.slug for car in finding.cars() if car.slug != "aurelia-gt")


def test_adjacent_rentals_do_not_collide() -> None:
    """One's turnaround ends as the next one's preparation begins; a minute earlier they overlap."""
    offer = rental.offer()
    length = offer.period.ends_at - offer.period.starts_at
    hold(offer)
    with pytest.raises(CarTaken):
        hold(moved(offer, by=length - timedelta(minutes=1)))
    hold(moved(offer, by=length))
    hold(moved(offer, by=-length))


def test_a_hold_that_ran_out_is_cleared_by_whoever_wants_the_place(at: datetime) -> None:
    offer = rental.offer()
    first = hold(offer)
    with pytest.raises(CarTaken):
        hold(offer, at=at + timedelta(minutes=15) - timedelta(seconds=1))
    second = hold(offer, at=at + timedelta(minutes=15))
    assert rental.state(first) == "expired"
    assert place_of(first) is None
    assert place_of(second) is not None


def test_only_what_is_in_the_way_is_cleared(at: datetime) -> None:
    offer = rental.offer()
    elsewhere = hold(moved(offer, by=timedelta(days=30)))
    hold(offer, at=at + timedelta(hours=1))
    assert rental.state(elsewhere) == "held"


def test_one_visitor_holds_one_car_and_the_earlier_is_free_again() -> None:
    first = hold(rental.offer("aurelia-gt"), visitor="maya")
    second = hold(rental.offer(_another_car()), visitor="maya")
    assert (rental.state(first), rental.state(second)) == ("expired", "held")
    assert audit.trail(first)[0].reason == "replaced"
    third = hold(rental.offer("aurelia-gt"), visitor="noah")
    assert (rental.state(second), rental.state(third)) == ("held", "held")


def test_the_same_car_can_be_held_anew_by_who_holds_it() -> None:
    offer = rental.offer()
    first = hold(offer, visitor="maya")
    second = hold(moved(offer, by=timedelta(days=1)), visitor="maya")
    assert (rental.state(first), rental.state(second)) == ("expired", "held")


def test_a_lost_race_does_not_cost_the_hold_one_has() -> None:
    hold(rental.offer("aurelia-gt"), visitor="noah")
    mine = hold(rental.offer(_another_car()), visitor="maya")
    with pytest.raises(CarTaken):
        hold(rental.offer("aurelia-gt"), visitor="maya")
    assert rental.state(mine) == "held"
    assert place_of(mine) is not None


def test_a_withdrawn_car_is_not_held() -> None:
    offer = rental.offer()
    for flag in ("available", "visible"):
        car = fleet.car("aurelia-gt")
        setattr(car, flag, False)
        with pytest.raises(CarWithdrawn):
            hold(replace(offer, car=car))
        setattr(car, flag, True)


def test_giving_up_frees_the_car_and_is_normal_twice(at: datetime) -> None:
    offer = rental.offer()
    first = hold(offer)
    for _ in range(2):
        with transaction():
            holding.give_up(first, at=at)
    assert rental.state(first) == "expired"
    hold(offer)


def test_the_link_of_a_hold_is_kept_as_a_hash() -> None:
    with transaction():
        booking, secret = holding.hold(
            rental.offer(),
            policies=houses.rulebook(clock.now()),
            prefix="EXD",
            visitor=None,
            key=rental.KEY,
            at=clock.now(),
        )
        assert len(booking.link_hash) == 32
        assert secret.encode() not in booking.link_hash
        assert links.booking_id(secret, at=clock.now()) == booking.id


def test_a_live_hold_is_found_and_an_old_one_is_not(at: datetime) -> None:
    booking_id = hold(rental.offer(), visitor="maya")
    found = holding.live_hold("maya", at=at)
    assert found is not None
    assert found.id == booking_id
    assert holding.live_hold("maya", at=at + timedelta(minutes=15)) is None
    assert holding.live_hold("noah", at=at) is None


def test_the_sweep_finds_what_is_over_oldest_first(at: datetime) -> None:
    first = hold(rental.offer("aurelia-gt"), at=at)
    second = hold(rental.offer(_another_car()), at=at + timedelta(minutes=1))
    assert expiry.overdue(at=at + timedelta(minutes=14)) == []
    assert expiry.overdue(at=at + timedelta(minutes=20)) == [first, second]
    with transaction():
        expiry.expire_if_due(first, at=at + timedelta(minutes=14))
    assert rental.state(first) == "held"
    with transaction():
        expiry.expire_if_due(first, at=at + timedelta(minutes=15))
    assert rental.state(first) == "expired"


def test_a_delivered_car_is_taken_for_longer() -> None:
    place = houses.place("dulles")
    plain = rental.offer()
    journey = Journey(place, place, plain.journey.pickup_at, plain.journey.return_at)
    with transaction():
        delivered = offers.make(fleet.car("aurelia-gt"), journey, desk=rental.desk(), at=clock.now())
    assert delivered.period == Period(
        plain.period.starts_at - timedelta(hours=1), plain.period.ends_at + timedelta(hours=1)
    )
