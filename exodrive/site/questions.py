"""The list of questions: adding one, its place, hiding it, and taking it away with a way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id
from exodrive.site import changing, queries
from exodrive.site.first_words import FIRST_QUESTIONS
from exodrive.site.models import SiteQuestion, SiteText
from exodrive.site.slots import QUESTION, accept

MOST = 40  # a page with more answers nothing


class TooManyQuestions(Refused):
    """The list is full. `most` says how many it takes."""

    code = "too_many_questions"

    def __init__(self) -> None:
        super().__init__(str(MOST))
        self.most = MOST


def add(typed: Mapping[str, str], *, question_id: UUID, by: Actor, at: datetime) -> None:
    """Put a question at the end, as a draft. One that is there already stays as it is.

    `question_id` is made with the form, so that it is added once however often the form is sent.
    Raises TextUnusable, TooManyQuestions.
    """
    words = accept(QUESTION, typed)
    rows = _lock_all()
    if any(row.id == question_id for row in rows):
        return
    present = _present(rows)
    if len(present) >= MOST:
        raise TooManyQuestions
    text = SiteText(id=new_id(), name=queries.text_name(question_id), revision=0, version=0)
    text.draft, text.drafted_by, text.drafted_at = dict(words), by.name, at
    session().add(text)
    session().flush()
    row = SiteQuestion(id=question_id, text_id=text.id, position=_last(rows) + 1, shown=True)
    session().add(row)
    _note(row, "site.question_added", by=by, at=at)


def add_usual(*, by: Actor, at: datetime) -> None:
    """Publish the questions that a house begins with; nothing where it has any."""
    if _lock_all():
        return
    for question, answer in FIRST_QUESTIONS:
        question_id = new_id()
        add({"question": question, "answer": answer}, question_id=question_id, by=by, at=at)
        changing.publish(queries.text_name(question_id), seen=0, by=by, at=at)


def move(question_id: UUID, *, to: int, by: Actor, at: datetime) -> None:
    """Give a question this place, counted from 1; said twice, it stays there. Raises QuestionNotFound."""
    rows = _present(_lock_all())
    row = _find(rows, question_id)
    before = rows.index(row)
    rows.remove(row)
    rows.insert(min(max(to - 1, 0), len(rows)), row)
    if rows.index(row) == before:
        return
    for position, each in enumerate(rows, start=1):
        each.position = position
    _note(row, "site.question_moved", by=by, at=at, to=rows.index(row) + 1)


def show(question_id: UUID, *, shown: bool, by: Actor, at: datetime) -> None:
    """Show a question to visitors, or keep it from them. Raises QuestionNotFound."""
    row = _find(_present(_lock_all()), question_id)
    if row.shown != shown:
        row.shown = shown
        _note(row, "site.question_shown" if shown else "site.question_hidden", by=by, at=at)


def remove(question_id: UUID, *, by: Actor, at: datetime) -> None:
    """Take a question off the list; `put_back` undoes it. Raises QuestionNotFound."""
    row = _find(_lock_all(), question_id)
    if row.removed_at is None:
        row.removed_at, row.removed_by = at, by.name
        _note(row, "site.question_removed", by=by, at=at)


def put_back(question_id: UUID, *, by: Actor, at: datetime) -> None:
    """Put a removed question back into its place. Raises QuestionNotFound, TooManyQuestions."""
    rows = _lock_all()
    row = _find(rows, question_id)
    if row.removed_at is None:
        return
    if len(_present(rows)) >= MOST:
        raise TooManyQuestions
    row.removed_at = row.removed_by = None
    _note(row, "site.question_put_back", by=by, at=at)


def _lock_all() -> list[SiteQuestion]:
    """Every question in order: places are only changed by whoever holds them all.

    The lock on the list comes first: rows that are not there yet, or that somebody is adding, are nothing to
    wait at.
    """
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended("site_questions", 0))))
    return list(
        session().scalars(
            select(SiteQuestion)
            .order_by(SiteQuestion.position, SiteQuestion.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _present(rows: list[SiteQuestion]) -> list[SiteQuestion]:
    return [row for row in rows if row.removed_at is None]


def _find(rows: list[SiteQuestion], question_id: UUID) -> SiteQuestion:
    for row in rows:
        if row.id == question_id:
            return row
    raise queries.QuestionNotFound(str(question_id))


def _last(rows: list[SiteQuestion]) -> int:
    return max((row.position for row in rows), default=0)


def _note(row: SiteQuestion, action: str, *, by: Actor, at: datetime, **data: int) -> None:
    session().flush()
    audit.record(action, subject=("site_question", row.id), by=by, at=at, reason=None, **data)
