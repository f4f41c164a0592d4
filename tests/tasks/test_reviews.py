"""Asking how it was: one letter for each closed rental, and one for each refusal that stands."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel import clock, outbox
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import session, transaction
from exodrive.local import demo_rentals
from exodrive.notifications import messages
from exodrive.notifications.models import Message
from exodrive.reviews import moderating, writing
from exodrive.reviews.models import Invitation, Review
from exodrive.reviews.writing import UNWRITTEN, Said
from exodrive.tasks import sweeps
from tests.drain import drain, hurry

MANAGER = Actor(ActorKind.STAFF, "Marc Manager")
GOOD = Said.of(stars=5, headline="", words="Every mile of it.", public_name="Maya O.")


@pytest.fixture
def closed(house: Flask) -> UUID:
    demo_rentals.add()
    with transaction():
        query = select(Booking.id).where(Booking.state == State.CLOSED).order_by(Booking.taken_back_at)
        return session().scalars(query.limit(1)).one()


def letters(booking_id: UUID) -> list[Message]:
    with transaction():
        return messages.of_booking(booking_id)


def tell_closed(booking_id: UUID) -> None:
    with transaction():
        outbox.emit("booking.closed", subject_id=booking_id, booking_id=str(booking_id))
    drain()


def declined(booking_id: UUID) -> Review:
    with transaction():
        review = writing.write(booking_id, GOOD, consent=True, version=UNWRITTEN, at=clock.now())
        return moderating.decline(
            review.id, reason="It names a person.", version=review.version, by=MANAGER, at=clock.now()
        )


def test_a_closed_rental_is_asked_about_once(closed: UUID) -> None:
    tell_closed(closed)
    tell_closed(closed)
    for _ in range(2):
        sweeps.ask_for_reviews()
        drain()
    (letter,) = letters(closed)
    assert letter.template == "review_request"
    assert "How was the" in letter.subject
    assert "/review" in letter.text


def test_a_crash_after_the_letter_writes_no_second_one(closed: UUID) -> None:
    """The sweep's transaction is lost, and its letter with it; the next sweep asks again."""
    tell_closed(closed)
    sweeps.ask_for_reviews()
    with transaction():
        session().get_one(Invitation, closed).asked_at = None  # as if that had not been written
    sweeps.ask_for_reviews()
    drain()
    assert len(letters(closed)) == 1


def test_who_wrote_before_being_asked_is_not_asked(closed: UUID) -> None:
    tell_closed(closed)
    with transaction():
        writing.write(closed, GOOD, consent=True, version=UNWRITTEN, at=clock.now())
    sweeps.ask_for_reviews()
    drain()
    assert letters(closed) == []


def test_a_refusal_is_told_once_it_stands(closed: UUID) -> None:
    declined(closed)
    assert drain() == []  # the desk has ten minutes for second thoughts
    hurry()
    drain()
    (letter,) = letters(closed)
    assert letter.template == "review_declined"
    assert "It names a person." in letter.text


def test_a_refusal_that_was_undone_is_not_told(closed: UUID) -> None:
    review = declined(closed)
    with transaction():
        moderating.reconsider(review.id, version=review.version, by=MANAGER, at=clock.now())
    hurry()
    drain()
    assert letters(closed) == []
