"""The desk's side: publish, decline with a reason, answer, and take a decision back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Refused
from exodrive.reviews import rules, transitions
from exodrive.reviews.models import Review
from exodrive.reviews.states import Move, ReviewState

ANSWERED = "review.answered"
ANSWER_TAKEN_BACK = "review.answer_taken_back"


class DeclineUnexplained(Refused):
    """A review is declined for a reason that its writer is told."""

    code = "review_reason_missing"


class AnswerTooLong(Refused):
    code = "answer_too_long"


def publish(review_id: UUID, *, version: int, by: Actor, at: datetime) -> Review:
    """Show the review to everybody. Raises ReviewNotFound, Stale, ReviewMoved."""
    return _decide(review_id, Move.PUBLISH, version=version, by=by, at=at)


def decline(review_id: UUID, *, reason: str, version: int, by: Actor, at: datetime) -> Review:
    """Do not show it, for a reason that the renter is told.

    Raises DeclineUnexplained, and as `publish` does.
    """
    reason = rules.paragraphs(reason)
    if not 0 < len(reason) <= rules.LONGEST_REASON:
        raise DeclineUnexplained
    return _decide(review_id, Move.DECLINE, version=version, by=by, at=at, reason=reason)


def reconsider(review_id: UUID, *, version: int, by: Actor, at: datetime) -> Review:
    """Undo the decision: the review waits again. Raises as `publish` does."""
    return _decide(review_id, Move.RECONSIDER, version=version, by=by, at=at)


def answer(review_id: UUID, *, words: str, version: int, by: Actor, at: datetime) -> Review:
    """Set the house's public answer, or take it back with empty words.

    A withdrawn review has no answer; one that is not shown yet may have it ready. Raises ReviewNotFound,
    AnswerTooLong, Stale, ReviewMoved.
    """
    said = rules.paragraphs(words)
    if len(said) > rules.LONGEST_ANSWER:
        raise AnswerTooLong
    review = transitions.lock(review_id, version=version)
    if review.state == ReviewState.WITHDRAWN:
        raise transitions.ReviewMoved(ReviewState.WITHDRAWN, Move.PUBLISH)
    if said == (review.answer or ""):
        return review
    review.answer = said or None
    review.answered_at = at if said else None
    transitions.note(review, ANSWERED if said else ANSWER_TAKEN_BACK, by=by, at=at)
    return review


def _decide(
    review_id: UUID, move: Move, *, version: int, by: Actor, at: datetime, reason: str | None = None
) -> Review:
    review = transitions.lock(review_id, version=version)
    review.decline_reason = reason
    transitions.apply(review, move, before=ReviewState(review.state), by=by, at=at, reason=reason)
    return review
