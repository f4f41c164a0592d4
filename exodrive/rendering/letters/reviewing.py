"""Letters about the review of a rental."""

from __future__ import annotations

from exodrive.bookings.states import State
from exodrive.rendering import formats, letter_facts
from exodrive.rendering.letters.case import Case, Context
from exodrive.reviews import writing as reviews
from exodrive.reviews.states import ReviewState


def review_request(case: Case) -> Context | None:
    """Not to somebody who has written one already."""
    if case.booking.state != State.CLOSED or reviews.of_booking(case.booking.id) is not None:
        return None
    return {
        "href": f"{case.page_url}/review",
        "drove": formats.month(case.booking.pickup_at.astimezone(case.booking.pickup_place.zone).date()),
        "facts": letter_facts.rental(case.booking),
    }


def review_declined(case: Case) -> Context | None:
    """Not where the desk has thought again meanwhile, or the renter has."""
    review = reviews.of_booking(case.booking.id)
    if review is None or review.state != ReviewState.DECLINED:
        return None
    return {
        "href": f"{case.page_url}/review",
        "reason": review.decline_reason,
        "facts": letter_facts.rental(case.booking),
    }
