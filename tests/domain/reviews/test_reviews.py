"""Reviews: one for each closed rental, moderated, answered, withdrawn, counted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.bookings.models import Booking
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.cursors import CursorUnreadable
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.outbox import Event
from exodrive.reviews import inviting, moderating, queries, writing
from exodrive.reviews.models import Review
from exodrive.reviews.states import ReviewState
from exodrive.reviews.transitions import ReviewMoved, ReviewNotFound
from exodrive.reviews.writing import UNWRITTEN, ConsentMissing, NothingToReview, Said
from tests import rental as people

MANAGER = Actor(ActorKind.STAFF, "Marc Manager")
GOOD = Said.of(stars=5, headline="Yes", words="Every mile of it.", public_name="Maya O.")
FAIR = Said.of(stars=3, headline="", words="It rained.", public_name="Maya O.")


def write(booking_id: UUID, said: Said = GOOD, *, version: int = UNWRITTEN) -> Review:
    with transaction():
        return writing.write(booking_id, said, consent=True, version=version, at=clock.now())


def publish(review: Review) -> None:
    with transaction():
        moderating.publish(review.id, version=review.version, by=MANAGER, at=clock.now())


def test_a_review_is_of_its_rentals_car_and_month(rentals: list[Booking]) -> None:
    booking = rentals[0]
    review = write(booking.id)
    assert (review.car_id, review.state) == (booking.car_id, ReviewState.WRITTEN)
    assert review.rented_on.isoformat()[:7] == f"{booking.pickup_at:%Y-%m}"


def test_what_is_not_over_cannot_be_reviewed(rentals: list[Booking]) -> None:
    held = people.hold("calder-brake", days_ahead=30)
    with pytest.raises(NothingToReview):
        write(held)


def test_nothing_is_kept_without_a_yes(rental: UUID) -> None:
    with pytest.raises(ConsentMissing), transaction():
        writing.write(rental, GOOD, consent=False, version=UNWRITTEN, at=clock.now())
    assert writing.of_booking(rental) is None


def test_a_double_click_is_one_review(rental: UUID) -> None:
    first = write(rental)
    again = write(rental)
    assert (again.id, again.version) == (first.id, 1)


def test_a_second_tab_does_not_overwrite_the_first(rental: UUID) -> None:
    write(rental)
    with pytest.raises(Stale):
        write(rental, FAIR)
    changed = write(rental, FAIR, version=1)
    assert (changed.stars, changed.version) == (3, 2)


def test_what_is_published_cannot_be_rewritten_but_withdrawn(rental: UUID) -> None:
    review = write(rental)
    publish(review)
    with pytest.raises(ReviewMoved):
        write(rental, FAIR, version=review.version)
    with transaction():
        moderating.answer(review.id, words="Thank you.", version=review.version, by=MANAGER, at=clock.now())
        writing.withdraw(rental, at=clock.now())
        writing.withdraw(rental, at=clock.now())  # twice is once
    kept = writing.of_booking(rental)
    assert kept is not None
    assert (kept.state, kept.headline, kept.words, kept.public_name, kept.answer) == (
        ReviewState.WITHDRAWN, "", "", "", None,
    )  # fmt: skip
    again = write(rental, FAIR, version=kept.version)
    assert (again.id, again.state) == (review.id, ReviewState.WRITTEN)


def test_the_trail_has_no_word_of_it(rental: UUID) -> None:
    publish(write(rental))
    deeds = [entry for entry in audit.trail(rental) if entry.action.startswith("review.")]
    assert [entry.action for entry in deeds] == ["review.published", "review.written"]
    assert all(entry.data == {"stars": 5} for entry in deeds)


def test_a_refusal_needs_a_reason_and_can_be_undone(rental: UUID) -> None:
    review = write(rental)
    with pytest.raises(moderating.DeclineUnexplained), transaction():
        moderating.decline(review.id, reason=" \n", version=review.version, by=MANAGER, at=clock.now())
    with transaction():
        moderating.decline(
            review.id, reason="It names a person.", version=review.version, by=MANAGER, at=clock.now()
        )
    assert review.decline_reason == "It names a person."
    with pytest.raises(ReviewMoved):
        publish(review)
    session().rollback()
    with transaction():
        moderating.reconsider(review.id, version=review.version, by=MANAGER, at=clock.now())
    publish(review)
    assert (review.state, review.decline_reason) == (ReviewState.PUBLISHED, None)


def test_what_was_declined_can_be_changed_and_sent_again(rental: UUID) -> None:
    review = write(rental)
    with transaction():
        moderating.decline(review.id, reason="No.", version=review.version, by=MANAGER, at=clock.now())
    again = write(rental, FAIR, version=review.version)
    assert (again.state, again.decline_reason) == (ReviewState.WRITTEN, None)


def test_a_stale_desk_decides_nothing(rental: UUID) -> None:
    review = write(rental)
    write(rental, FAIR, version=1)
    for deed in (moderating.publish, moderating.reconsider):
        with pytest.raises(Stale), transaction():
            deed(review.id, version=1, by=MANAGER, at=clock.now())
    with pytest.raises(ReviewNotFound), transaction():
        moderating.publish(rental, version=1, by=MANAGER, at=clock.now())


def test_an_answer_is_set_changed_and_taken_back(rental: UUID) -> None:
    review = write(rental)
    for words, kept in (("Thank you.", "Thank you."), (" Thanks. ", "Thanks."), ("", None)):
        with transaction():
            moderating.answer(review.id, words=words, version=review.version, by=MANAGER, at=clock.now())
        assert (review.answer, review.answered_at is None) == (kept, kept is None)
    with pytest.raises(moderating.AnswerTooLong), transaction():
        moderating.answer(review.id, words="x" * 1001, version=review.version, by=MANAGER, at=clock.now())


def test_only_what_is_published_is_read_and_counted(rentals: list[Booking]) -> None:
    car_id = rentals[0].car_id
    ours = [booking for booking in rentals if booking.car_id == car_id]
    reviews = [write(booking.id, said) for booking, said in zip(ours, (GOOD, FAIR, GOOD), strict=True)]
    assert (queries.score(car_id).count, queries.best()) == (0, [])
    for review in reviews[:2]:
        publish(review)
    score = queries.score(car_id)
    assert (score.count, score.mean) == (2, Decimal("4.0"))
    assert queries.scores([car_id, rentals[-1].car_id]) == {car_id: score}
    assert queries.score_of_house() == score
    assert [row.stars for row in queries.best(limit=1)] == [5]
    assert queries.counts()[ReviewState.WRITTEN] == 1


def test_pages_of_a_car_have_each_review_once(rentals: list[Booking]) -> None:
    car_id = rentals[0].car_id
    for booking in rentals:
        publish(write(booking.id))
    first = queries.of_car(car_id, limit=2)
    last = queries.of_car(car_id, after=first.following, limit=2)
    assert [len(first.rows), len(last.rows), last.following] == [2, 1, None]
    assert {row.id for row in first.rows}.isdisjoint(row.id for row in last.rows)
    for cursor in ("x", "W10=", "[]", "😀", "WyIyMDI2IiwgMV0=", "W1tb" * 700):
        with pytest.raises(CursorUnreadable):
            queries.of_car(car_id, after=cursor)


def test_a_renter_is_asked_once(rental: UUID) -> None:
    with transaction():
        inviting.plan(rental, at=clock.now())
        inviting.plan(rental, at=clock.now())  # the event came twice
        assert inviting.due(at=clock.now() - timedelta(days=400)) == []
        assert inviting.due(at=clock.now()) == [rental]
        inviting.ask(rental, at=clock.now())
        inviting.ask(rental, at=clock.now())
        assert inviting.due(at=clock.now()) == []
        asked = session().scalars(select(Event).where(Event.name == inviting.WANTED)).all()
    assert [event.payload for event in asked] == [{"booking_id": str(rental)}]
