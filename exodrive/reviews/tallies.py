"""Counting a car's published reviews as they come and go."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from exodrive.kernel.db import session
from exodrive.reviews.models import Review, Tally
from exodrive.reviews.states import ReviewState


def follow(review: Review, *, before: ReviewState | None) -> None:
    """Count a locked review that has moved from `before` into the state it has now."""
    more = (review.state == ReviewState.PUBLISHED) - (before is ReviewState.PUBLISHED)
    if not more:
        return
    session().execute(
        insert(Tally).values(car_id=review.car_id, published=0, stars=0).on_conflict_do_nothing()
    )
    session().execute(
        update(Tally)
        .where(Tally.car_id == review.car_id)
        .values(published=Tally.published + more, stars=Tally.stars + more * review.stars)
    )


def count_anew() -> None:
    """Count all reviews of all cars, where they were written by other means than one by one."""
    session().execute(delete(Tally))
    counted = (
        select(Review.car_id, func.count(), func.sum(Review.stars))
        .where(Review.state == ReviewState.PUBLISHED)
        .group_by(Review.car_id)
    )
    session().execute(insert(Tally).from_select(["car_id", "published", "stars"], counted))
