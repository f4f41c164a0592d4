"""The life of a review as a table: which move leads from which state to which.

Renters write, change and withdraw; the desk publishes, declines, and takes its own decision back. Nobody at
the desk has a move that touches the renter's words.
"""

from __future__ import annotations

from enum import StrEnum


class ReviewState(StrEnum):
    """Where a review stands."""

    WRITTEN = "written"  # waits for the desk
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can happen to a review."""

    WRITE = "write"
    PUBLISH = "publish"
    DECLINE = "decline"
    RECONSIDER = "reconsider"
    WITHDRAW = "withdraw"


# A published review is withdrawn before it is written anew: what the desk has read is what people read.
WRITABLE = (None, ReviewState.WRITTEN, ReviewState.DECLINED, ReviewState.WITHDRAWN)
STANDING = (ReviewState.WRITTEN, ReviewState.PUBLISHED, ReviewState.DECLINED)

NEXT: dict[tuple[ReviewState | None, Move], ReviewState] = {
    **{(state, Move.WRITE): ReviewState.WRITTEN for state in WRITABLE},
    (ReviewState.WRITTEN, Move.PUBLISH): ReviewState.PUBLISHED,
    (ReviewState.WRITTEN, Move.DECLINE): ReviewState.DECLINED,
    (ReviewState.PUBLISHED, Move.RECONSIDER): ReviewState.WRITTEN,
    (ReviewState.DECLINED, Move.RECONSIDER): ReviewState.WRITTEN,
    **{(state, Move.WITHDRAW): ReviewState.WITHDRAWN for state in STANDING},
}

# The event that each move tells the world, in the past tense.
EVENTS: dict[Move, str] = {
    Move.WRITE: "review.written",
    Move.PUBLISH: "review.published",
    Move.DECLINE: "review.declined",
    Move.RECONSIDER: "review.reconsidered",
    Move.WITHDRAW: "review.withdrawn",
}


def possible(state: ReviewState | None) -> frozenset[Move]:
    """The moves that a review in this state allows; None for one that nobody has written yet."""
    return frozenset(move for (before, move) in NEXT if before == state)
