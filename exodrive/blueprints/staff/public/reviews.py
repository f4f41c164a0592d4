"""The reviews: the list by state, one review, and what the desk does about it. Never to its words."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import VersionForm
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.reviews import moderating, queries, rules
from exodrive.reviews.queries import Row
from exodrive.reviews.states import Move, ReviewState, possible
from exodrive.reviews.transitions import ReviewNotFound

DECIDED = {
    ReviewState.PUBLISHED: _l("Published."),
    ReviewState.DECLINED: _l("Declined. The renter is told the reason in ten minutes."),
}


class DeclineForm(VersionForm):
    reason = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Say why: the renter reads it.")),
            Length(max=rules.LONGEST_REASON, message=_l("That is too long: %(max)d signs at most.")),
        ],
        description=_l("The renter reads this, and can change the review and send it again."),
    )


class AnswerForm(VersionForm):
    answer = TextAreaField(
        _l("Answer"),
        [Length(max=rules.LONGEST_ANSWER, message=_l("That is too long: %(max)d signs at most."))],
        description=_l("Everybody reads it below the review. Leave it empty to take it back."),
    )


@staff.get("/reviews")
def reviews() -> ResponseReturnValue:
    """The list of one state, its next page, and what was decided a moment ago, to be undone."""
    state = _state(request.args.get("state", ""))
    cursor = request.args.get("after") or None
    with transaction():
        listing = queries.listing(state, cursor=cursor)
        counts = queries.counts()
        decided = _decided(request.args.get("decided", ""))
        zone = houses.house().time_zone
    first, also = ("rows", ("more",)) if cursor else ("list", ("tabs",))
    return htmx.page(
        "staff/reviews.html",
        first,
        *also,
        state=state,
        states=list(ReviewState),
        listing=listing,
        counts=counts,
        decided=decided,
        decided_words=DECIDED,
        zone=zone,
        moves=possible,
    )


@staff.get("/reviews/<uuid:review_id>")
def review(review_id: UUID) -> ResponseReturnValue:
    """One review with its forms. Raises ReviewNotFound."""
    return _one(review_id)


@staff.post("/reviews/<uuid:review_id>/publish")
def publish_review(review_id: UUID) -> ResponseReturnValue:
    """Raises ReviewNotFound, ReviewMoved, Stale."""
    form = VersionForm()
    with transaction():
        moderating.publish(review_id, version=form.seen, by=people.current_actor(), at=clock.now())
    return _back_to_waiting(review_id)


@staff.post("/reviews/<uuid:review_id>/decline")
def decline_review(review_id: UUID) -> ResponseReturnValue:
    """Raises ReviewNotFound, ReviewMoved, Stale."""
    form = DeclineForm()
    if not form.validate() or not rules.paragraphs(form.reason.data):
        if not form.errors:
            form.reason.errors = [_("Say why: the renter reads it.")]
        return _one(review_id, decline=form, status=422)
    with transaction():
        moderating.decline(
            review_id, reason=form.reason.data, version=form.seen, by=people.current_actor(), at=clock.now()
        )
    return _back_to_waiting(review_id)


@staff.post("/reviews/<uuid:review_id>/reconsider")
def reconsider_review(review_id: UUID) -> ResponseReturnValue:
    """Undo: it waits again. Raises ReviewNotFound, ReviewMoved, Stale."""
    form = VersionForm()
    with transaction():
        moderating.reconsider(review_id, version=form.seen, by=people.current_actor(), at=clock.now())
    flash(_("It waits for a decision again."))
    return redirect(url_for("staff.review", review_id=review_id), 303)


@staff.post("/reviews/<uuid:review_id>/answer")
def answer_review(review_id: UUID) -> ResponseReturnValue:
    """Set, change or take back the house's answer. Raises ReviewNotFound, ReviewMoved, Stale."""
    form = AnswerForm()
    if not form.validate():
        return _one(review_id, answer=form, status=422)
    with transaction():
        changed = moderating.answer(
            review_id,
            words=form.answer.data or "",
            version=form.seen,
            by=people.current_actor(),
            at=clock.now(),
        )
    flash(_("The answer is kept.") if changed.answer else _("There is no answer."))
    return redirect(url_for("staff.review", review_id=review_id), 303)


def _one(
    review_id: UUID,
    *,
    decline: DeclineForm | None = None,
    answer: AnswerForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    with transaction():
        row = _row(review_id)
        zone = houses.house().time_zone
    version = str(row.review.version)
    if answer is None:
        answer = AnswerForm(formdata=None, version=version, answer=row.review.answer or "")
    moves = possible(ReviewState(row.review.state))
    return htmx.page(
        "staff/review.html",
        "main",
        status=status,
        row=row,
        version=version,
        zone=zone,
        can_publish=Move.PUBLISH in moves,
        can_reconsider=Move.RECONSIDER in moves,
        can_answer=row.review.state != ReviewState.WITHDRAWN,
        decline=decline or DeclineForm(formdata=None, version=version),
        answer=answer,
    )


def _row(review_id: UUID) -> Row:
    row = queries.at_desk(review_id)
    if row is None:
        raise ReviewNotFound(str(review_id))
    return row


def _decided(name: str) -> Row | None:
    """What was decided on the page before, where it still stands so."""
    try:
        row = queries.at_desk(UUID(name))
    except ValueError:
        return None
    return row if row is not None and row.review.state in DECIDED else None


def _state(name: str) -> ReviewState:
    return ReviewState(name) if name in list(ReviewState) else ReviewState.WRITTEN


def _back_to_waiting(review_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("staff.reviews", decided=review_id), 303)
