"""Reviews are found, paged and counted by their indexes, however many rentals there were."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from exodrive.kernel import clock
from exodrive.kernel.db import session
from exodrive.reviews import inviting, queries, writing
from exodrive.reviews.models import Review
from exodrive.reviews.states import ReviewState
from tests.filled import FilledHouse
from tests.plans.explained import watched

pytestmark = pytest.mark.slow


def test_what_everybody_reads(house: FilledHouse) -> None:
    most = select(Review.car_id).group_by(Review.car_id).order_by(func.count().desc()).limit(4)
    car_ids = list(session().scalars(most))
    with watched() as watch:
        first = queries.of_car(car_ids[0])
        queries.of_car(car_ids[0], after=first.following)
        queries.scores(car_ids)
        queries.best()
    assert watch.faults == []


@pytest.mark.parametrize("state", ReviewState)
def test_the_desks_list_and_its_next_page(house: FilledHouse, state: ReviewState) -> None:
    with watched() as watch:
        first = queries.listing(state)
        if first.following:
            queries.listing(state, cursor=first.following)
    assert watch.faults == []


def test_one_rentals_review_and_who_is_to_be_asked(house: FilledHouse) -> None:
    booking_id = session().scalars(select(Review.booking_id).limit(1)).one()
    with watched() as watch:
        writing.of_booking(booking_id)
        inviting.due(at=clock.now())
    assert watch.faults == []
