"""1: two rentals of one car at one time, through a lock that did not lock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from sqlalchemy import func, select

from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import CarTaken
from exodrive.config import Settings
from exodrive.fleet import queries as fleet
from exodrive.kernel import contention
from exodrive.kernel.db import session, transaction
from tests import rental
from tests.domain.bookings.test_holding import hold, moved
from tests.providers import faulty

pytestmark = pytest.mark.usefixtures("house")


def test_overlapping_dates_meet_whatever_their_ends() -> None:
    """The lock's key held the exact dates, so that other dates took another lock."""
    offer = rental.offer()
    hold(offer)
    shorter = replace(
        offer, period=replace(offer.period, ends_at=offer.period.starts_at + timedelta(hours=5))
    )
    for other in (shorter, moved(offer, by=timedelta(days=1)), moved(offer, by=timedelta(minutes=-30))):
        with pytest.raises(CarTaken):
            hold(other)
    assert session().scalar(select(func.count()).select_from(Occupancy)) == 1


def test_the_lock_is_of_the_car_and_of_no_dates(settings: Settings) -> None:
    """The same fault at the lock itself: while somebody books a car, any dates of it wait at one key."""
    client, car_id = redis.Redis.from_url(settings.redis_url), uuid4()
    contention.use_redis(settings.redis_url)
    with contention.car_lock(car_id):
        assert client.keys(f"lock:*{car_id}*") == [f"lock:car:{car_id}".encode()]
    client.close()


def test_a_lock_is_given_back_by_its_owner_alone(settings: Settings) -> None:
    """It was released without a look at whose it was by then."""
    contention.use_redis(settings.redis_url)
    client, name = redis.Redis.from_url(settings.redis_url), f"lock:car:{(car_id := uuid4())}"
    with contention.car_lock(car_id):
        assert client.get(name) is not None
        client.set(name, "somebody else's, after ours ran out")
    assert client.get(name) == b"somebody else's, after ours ran out"
    client.delete(name)
    client.close()


def test_without_redis_nobody_books_twice(settings: Settings) -> None:
    """It ran unlocked then; here the database decides, with Redis or without."""
    contention.use_redis(f"redis://{faulty.dead_address().removeprefix('http://')}/0")
    try:
        with transaction():
            car_id = fleet.car("aurelia-gt").id
        with contention.car_lock(car_id):
            first = rental.hold()
        with contention.car_lock(car_id), pytest.raises(CarTaken):
            rental.hold()
    finally:
        contention.use_redis(settings.redis_url)
    assert rental.state(first) == "held"
    assert session().scalar(select(func.count()).select_from(Occupancy)) == 1
