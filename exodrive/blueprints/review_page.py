"""The renter's review, behind the booking's own secret link: write it, change it, withdraw it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import review_form
from exodrive.blueprints.booking_page.blueprint import keep_to_oneself, whose
from exodrive.blueprints.htmx import page
from exodrive.blueprints.review_form import ReviewForm
from exodrive.bookings import queries as bookings
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.reviews import writing
from exodrive.reviews.models import Review
from exodrive.reviews.states import WRITABLE, Move, ReviewState, possible
from exodrive.reviews.transitions import ReviewNotFound
from exodrive.reviews.writing import NothingToReview

review_page = Blueprint("review_page", __name__, url_prefix="/b/<secret>/review")
review_page.after_request(keep_to_oneself)


def init_app(app: Flask) -> None:
    app.register_blueprint(review_page)


@review_page.get("")
def show(secret: str) -> ResponseReturnValue:
    """The form, or the review with what can be done about it. Raises LinkUnknown, NothingToReview."""
    booking, review = _found(secret)
    return _answer(secret, booking, review, review_form.blank(booking, review))


@review_page.post("")
def write(secret: str) -> ResponseReturnValue:
    """Send it. Raises LinkUnknown, NothingToReview, ReviewMoved, Stale."""
    booking, review = _found(secret)
    form = ReviewForm()
    said = form.said()
    if said is None:
        return _answer(secret, booking, review, form, status=422)
    with transaction():
        writing.write(booking.id, said, consent=form.consent.data, version=form.seen, at=clock.now())
    flash(_("Your review is sent. The desk reads it before it is published."))
    return redirect(url_for(".show", secret=secret), 303)


@review_page.get("/withdraw")
def withdraw(secret: str) -> ResponseReturnValue:
    """Ask before it is done. Raises LinkUnknown, NothingToReview, ReviewNotFound."""
    booking, review = _found(secret)
    if review is None:
        raise ReviewNotFound
    if Move.WITHDRAW not in possible(ReviewState(review.state)):
        return redirect(url_for(".show", secret=secret), 303)
    return page("booking/review_withdraw.html", "main", secret=secret, booking=booking, review=review)


@review_page.post("/withdraw")
def withdrawn(secret: str) -> ResponseReturnValue:
    """Take it back. Raises LinkUnknown, ReviewNotFound."""
    with transaction():
        writing.withdraw(whose(secret), at=clock.now())
    flash(_("Your review is withdrawn."))
    return redirect(url_for(".show", secret=secret), 303)


def _found(secret: str) -> tuple[Booking, Review | None]:
    with transaction():
        booking_id: UUID = whose(secret)
        booking = bookings.by_id(booking_id)
        if booking.state != State.CLOSED:
            raise NothingToReview
        return booking, writing.of_booking(booking_id)


def _answer(
    secret: str, booking: Booking, review: Review | None, form: ReviewForm, *, status: int = 200
) -> ResponseReturnValue:
    state = ReviewState(review.state) if review else None
    return page(
        "booking/review.html",
        "reviewing",
        status=status,
        secret=secret,
        booking=booking,
        review=review,
        form=form if state in WRITABLE else None,
        withdrawable=Move.WITHDRAW in possible(state),
        star_words=review_form.STAR_WORDS,
    )
