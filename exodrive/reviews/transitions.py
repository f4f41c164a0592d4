"""Applying a move to a review: the one place that sets its state.

The booking is locked before its review, never after, so that two who write at once take turns even where
there is no review yet.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.kernel import audit, outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound, Stale
from exodrive.reviews import tallies
from exodrive.reviews.models import Review
from exodrive.reviews.rules import TELL_DECLINED_AFTER
from exodrive.reviews.states import EVENTS, NEXT, Move, ReviewState


class ReviewNotFound(NotFound):
    code = "review_not_found"


class ReviewMoved(Conflict):
    """The review's state does not allow this any more."""

    code = "review_moved"

    def __init__(self, state: ReviewState | None, move: Move) -> None:
        super().__init__(f"{move} is impossible in {state}")
        self.state = state
        self.move = move


def lock(review_id: UUID, *, version: int | None = None) -> Review:
    """The review, locked until the transaction ends. Raises ReviewNotFound, or Stale past that version."""
    found = session().scalar(
        select(Review)
        .where(Review.id == review_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise ReviewNotFound(str(review_id))
    if version is not None and found.version != version:
        raise Stale
    return found


def apply(
    review: Review,
    move: Move,
    *,
    before: ReviewState | None,
    by: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Move a locked review on, or a new one into life (`before` None). Raises ReviewMoved.

    The trail gets stars and reason, never the words: it cannot be cleared when a review is withdrawn.
    """
    if (before, move) not in NEXT:
        raise ReviewMoved(before, move)
    review.state = NEXT[before, move]
    review.moved_at = at
    note(review, EVENTS[move], by=by, at=at, reason=reason)
    tallies.follow(review, before=before)
    # Of these events the one of a declined review has a reader.
    outbox.emit(
        EVENTS[move],
        subject_id=review.booking_id,
        after=TELL_DECLINED_AFTER,
        booking_id=str(review.booking_id),
        decision=f"{review.id}/{review.version}",
    )


def note(review: Review, action: str, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Write down a deed in the booking's trail, and make what others look at stale."""
    review.version = (review.version or 0) + 1
    session().add(review)
    session().flush()
    audit.record(
        action, subject=("booking", review.booking_id), by=by, at=at, reason=reason, stars=review.stars
    )
