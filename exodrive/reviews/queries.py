"""Reading reviews: what everybody may see, and the desk's list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from exodrive.bookings.models import Booking
from exodrive.fleet.models import Car
from exodrive.kernel import cursors
from exodrive.kernel.db import session
from exodrive.reviews.models import Review, Tally
from exodrive.reviews.states import ReviewState

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Published:
    """A review as everybody sees it.

    `rented_on` is told by its month; `answer` is the house's, "" for none.
    """

    id: UUID
    car_id: UUID
    car_slug: str
    car_name: str
    stars: int
    headline: str
    words: str
    public_name: str
    rented_on: date
    published_at: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class Score:
    """How many published reviews, and their mean stars to a tenth; 0 of 0 where there are none."""

    count: int
    mean: Decimal

    @classmethod
    def of(cls, count: int, stars: int) -> Score:
        return cls(count, (Decimal(stars) / count).quantize(TENTH, ROUND_HALF_UP) if count else Decimal(0))


class Page(NamedTuple):
    """A page of a car's reviews. `following` is the cursor of the next one; None on the last."""

    rows: list[Published]
    following: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One review at the desk, with the rental that it hangs on."""

    review: Review
    car_name: str
    reference: str


class Listing(NamedTuple):
    """A page of the desk's list."""

    rows: list[Row]
    following: str | None


def best(limit: int = 3) -> list[Published]:
    """The published reviews for the home page: most stars first, the newest of them first."""
    order = (Review.stars.desc(), Review.moved_at.desc(), Review.id.desc())
    return _published(_shown().order_by(*order).limit(limit))


def of_car(car_id: UUID, *, after: str | None = None, limit: int = 5) -> Page:
    """A car's published reviews, newest first. Raises CursorUnreadable."""
    query = _shown().where(Review.car_id == car_id)
    if after:
        query = query.where(tuple_(Review.moved_at, Review.id) < cursors.read(after))
    found = _published(query.order_by(Review.moved_at.desc(), Review.id.desc()).limit(limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], cursors.written(last.published_at, last.id) if last else None)


def score(car_id: UUID) -> Score:
    """A car's published reviews, counted."""
    return scores([car_id]).get(car_id, Score(0, Decimal(0)))


def scores(car_ids: Collection[UUID]) -> dict[UUID, Score]:
    """The same for many cars in one query; a car without published reviews is left out."""
    rows = session().scalars(select(Tally).where(Tally.car_id.in_(car_ids), Tally.published > 0))
    return {row.car_id: Score.of(row.published, row.stars) for row in rows}


def score_of_house() -> Score:
    """All published reviews of the house, counted."""
    published, stars = func.sum(Tally.published), func.sum(Tally.stars)
    row = session().execute(select(func.coalesce(published, 0), func.coalesce(stars, 0))).one()
    return Score.of(row[0], row[1])


def counts() -> dict[ReviewState, int]:
    """How many reviews are in each state."""
    rows = session().execute(select(Review.state, func.count()).group_by(Review.state))
    found = {ReviewState(row[0]): int(row[1]) for row in rows}
    return {state: found.get(state, 0) for state in ReviewState}


def waiting() -> int:
    """How many reviews wait for the desk."""
    written = select(func.count()).select_from(Review).where(Review.state == ReviewState.WRITTEN)
    return session().scalar(written) or 0


def listing(state: ReviewState, *, cursor: str | None = None, limit: int = 20) -> Listing:
    """The desk's list: what waits longest first, what is decided newest first. Raises CursorUnreadable."""
    place = tuple_(Review.moved_at, Review.id)
    query = _at_desk().where(Review.state == state)
    if state is ReviewState.WRITTEN:
        query = query.order_by(Review.moved_at, Review.id)
        query = query.where(place > cursors.read(cursor)) if cursor else query
    else:
        query = query.order_by(Review.moved_at.desc(), Review.id.desc())
        query = query.where(place < cursors.read(cursor)) if cursor else query
    found = _rows(query.limit(limit + 1))
    last = found[limit - 1].review if len(found) > limit else None
    return Listing(found[:limit], cursors.written(last.moved_at, last.id) if last else None)


def at_desk(review_id: UUID) -> Row | None:
    """One review as the desk sees it."""
    return next(iter(_rows(_at_desk().where(Review.id == review_id))), None)


def _shown() -> Select[Review, str, str, str]:
    return (
        select(Review, Car.slug, Car.make, Car.model)
        .join(Car, Car.id == Review.car_id)
        .where(Review.state == ReviewState.PUBLISHED, Car.visible)
    )


def _published(query: Select[Review, str, str, str]) -> list[Published]:
    return [
        Published(
            id=review.id,
            car_id=review.car_id,
            car_slug=slug,
            car_name=f"{make} {model}",
            stars=review.stars,
            headline=review.headline,
            words=review.words,
            public_name=review.public_name,
            rented_on=review.rented_on,
            published_at=review.moved_at,
            answer=review.answer or "",
        )
        for review, slug, make, model in session().execute(query)
    ]


def _at_desk() -> Select[Review, str, str, str]:
    return (
        select(Review, Car.make, Car.model, Booking.reference)
        .join(Car, Car.id == Review.car_id)
        .join(Booking, Booking.id == Review.booking_id)
    )


def _rows(query: Select[Review, str, str, str]) -> list[Row]:
    return [
        Row(review, f"{make} {model}", reference)
        for review, make, model, reference in session().execute(query)
    ]
