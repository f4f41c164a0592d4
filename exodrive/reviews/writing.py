"""The renter's side: writing a review, changing it, withdrawing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.bookings import transitions as bookings
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, Refused, Stale
from exodrive.kernel.ids import new_id
from exodrive.reviews import rules, transitions
from exodrive.reviews.models import Review
from exodrive.reviews.states import Move, ReviewState

UNWRITTEN = 0  # the version of a review that is not there yet


class NothingToReview(Conflict):
    """The rental is not closed yet, or there never was one."""

    code = "nothing_to_review"


class ReviewUnusable(Refused):
    """A review has stars, words and a name, none of them endless. `field` says which is wrong."""

    code = "review_unusable"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ConsentMissing(Refused):
    """Nothing is shown of a person who has not said yes to it."""

    code = "consent_missing"


@dataclass(frozen=True, slots=True)
class Said:
    """What the renter says, as it is kept."""

    stars: int
    headline: str
    words: str
    public_name: str

    @classmethod
    def of(cls, *, stars: int, headline: str, words: str, public_name: str) -> Said:
        """Tidied and measured. Raises ReviewUnusable."""
        said = cls(stars, rules.one_line(headline), rules.paragraphs(words), rules.one_line(public_name))
        usable = {
            "stars": rules.FEWEST_STARS <= stars <= rules.MOST_STARS,
            "headline": len(said.headline) <= rules.LONGEST_HEADLINE,
            "words": 0 < len(said.words) <= rules.LONGEST_WORDS,
            "public_name": 0 < len(said.public_name) <= rules.LONGEST_NAME,
        }
        for field, good in usable.items():
            if not good:
                raise ReviewUnusable(field)
        return said

    @classmethod
    def kept(cls, review: Review) -> Said:
        return cls(review.stars, review.headline, review.words, review.public_name)


def of_booking(booking_id: UUID) -> Review | None:
    """The booking's review, in whatever state."""
    return session().scalar(select(Review).where(Review.booking_id == booking_id))


def write(booking_id: UUID, said: Said, *, consent: bool, version: int, at: datetime) -> Review:
    """Write the booking's review, or change it while the desk has not published it.

    `version` is that of the review which the writer saw, UNWRITTEN for none; the same words sent twice are
    one review. Raises BookingNotFound, NothingToReview, ConsentMissing, ReviewMoved, Stale.
    """
    if not consent:
        raise ConsentMissing
    booking = bookings.lock(booking_id)
    if booking.state != State.CLOSED:
        raise NothingToReview
    review = of_booking(booking_id)
    if review is None:
        if version != UNWRITTEN:
            raise Stale
        return _first(booking, said, at=at)
    transitions.lock(review.id)
    if review.state == ReviewState.WRITTEN and Said.kept(review) == said:
        return review
    if review.version != version:
        raise Stale
    _put(review, said, at=at)
    transitions.apply(review, Move.WRITE, before=ReviewState(review.state), by=CUSTOMER, at=at)
    return review


def withdraw(booking_id: UUID, *, at: datetime) -> None:
    """Take the booking's review back: its words, its name and the answer are gone. Twice is once.

    Raises BookingNotFound, ReviewNotFound.
    """
    bookings.lock(booking_id)
    review = of_booking(booking_id)
    if review is None:
        raise transitions.ReviewNotFound
    transitions.lock(review.id)
    before = ReviewState(review.state)
    if before is ReviewState.WITHDRAWN:
        return
    review.headline = review.words = review.public_name = ""
    review.decline_reason = review.answer = review.answered_at = None
    transitions.apply(review, Move.WITHDRAW, before=before, by=CUSTOMER, at=at)


def _first(booking: Booking, said: Said, *, at: datetime) -> Review:
    review = Review(
        id=new_id(),
        booking_id=booking.id,
        car_id=booking.car_id,
        version=UNWRITTEN,
        rented_on=booking.pickup_at.astimezone(booking.pickup_place.zone).date(),
    )
    _put(review, said, at=at)
    transitions.apply(review, Move.WRITE, before=None, by=CUSTOMER, at=at)
    return review


def _put(review: Review, said: Said, *, at: datetime) -> None:
    review.stars, review.headline, review.words = said.stars, said.headline, said.words
    review.public_name = said.public_name
    review.decline_reason = None
    review.consented_at = review.written_at = at
