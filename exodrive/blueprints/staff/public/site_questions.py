"""The questions of the first page: adding one, its place, hiding it, and taking it away with a way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.accounts import staff as people
from exodrive.blueprints import figures, htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.public import site_form
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import new_id
from exodrive.site import queries, questions
from exodrive.site.slots import QUESTION


class Deed(NamedTuple):
    """What may be done to a question, and what is said then; nothing where the page itself says it."""

    do: Callable[..., None]
    done: LazyString | None = None


DEEDS: dict[str, Deed] = {
    "hide": Deed(partial(questions.show, shown=False), _l("Visitors do not see it any more.")),
    "show": Deed(partial(questions.show, shown=True), _l("It is shown.")),
    "remove": Deed(questions.remove),
    "put-back": Deed(questions.put_back, _l("It is back in its place.")),
}


@staff.route("/site/questions/new", methods=["GET", "POST"])
def add_question() -> ResponseReturnValue:
    """The form of a new question, and adding it as a draft, once. Raises TooManyQuestions."""
    form = site_form.of(QUESTION)
    if request.method == "GET":
        form.seen.data = new_id()  # what it will be known by
    elif form.validate():
        question_id = _id(form.seen.data)
        with transaction():
            questions.add(form.words, question_id=question_id, by=people.current_actor(), at=clock.now())
        flash(_("It is a draft. Publish it when it reads well."))
        return redirect(url_for("staff.site_text", name=queries.text_name(question_id)), 303)
    return htmx.page(
        "staff/site_question.html", "main", status=422 if request.method == "POST" else 200, form=form
    )


@staff.post("/site/questions/usual")
def usual_questions() -> ResponseReturnValue:
    """Begin with what every house is asked."""
    with transaction():
        questions.add_usual(by=people.current_actor(), at=clock.now())
    return redirect(url_for("staff.site"), 303)


@staff.post("/site/questions/<uuid:question_id>/move")
def move_question(question_id: UUID) -> ResponseReturnValue:
    """Give a question another place. Raises QuestionNotFound."""
    with transaction():
        place = figures.whole(request.form.get("to", ""))
        questions.move(question_id, to=place or 1, by=people.current_actor(), at=clock.now())
    return redirect(url_for("staff.site", _anchor=f"question-{question_id}"), 303)


@staff.post("/site/questions/<uuid:question_id>/<any('hide', 'show', 'remove', 'put-back'):deed>")
def change_question(question_id: UUID, deed: str) -> ResponseReturnValue:
    """Raises QuestionNotFound, TooManyQuestions."""
    chosen = DEEDS[deed]
    with transaction():
        chosen.do(question_id, by=people.current_actor(), at=clock.now())
    if chosen.done:
        flash(str(chosen.done))
    removed = question_id if deed == "remove" else None
    return redirect(url_for("staff.site", removed=removed, _anchor="questions-title"), 303)


def _id(text: str | None) -> UUID:
    """The id that the form came with; one that somebody has meddled with becomes a new one."""
    try:
        return UUID(text or "")
    except ValueError:
        return new_id()
