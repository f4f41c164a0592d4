"""The words of the site at the desk: the list, and one text with its preview, its draft and its history."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.blueprints import figures, htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.public import site_form, site_words
from exodrive.blueprints.staff.public.site_form import SeenForm, TextForm
from exodrive.fleet import queries as fleet
from exodrive.fleet import showing
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale
from exodrive.site import changing, queries, slots
from exodrive.site.queries import Standing, VersionNotFound
from exodrive.site.slots import Slot, Words

MOST_CARS = 200  # in the choice of the first page's car


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else has written while this form lay open: field by field, where it is not the same."""

    by: str
    parts: list[tuple[str, str]]


@staff.get("/site")
def site() -> ResponseReturnValue:
    """Every text and question with how it stands, and the car of the first page."""
    with transaction():
        texts, questions = queries.standings(), queries.questions()
        cars = [car for car in fleet.all_cars(limit=MOST_CARS) if car.visible and car.available]
        featured = fleet.featured()
        removed = _removed(request.args.get("removed", ""))
        zone = houses.house().time_zone
    return htmx.page(
        "staff/site.html",
        "main",
        texts=texts,
        questions=questions,
        removed=removed,
        cars=cars,
        featured=featured,
        zone=zone,
        told=site_words.TEXTS,
        state=site_words.state,
    )


@staff.post("/site/featured")
def feature_car() -> ResponseReturnValue:
    """Put a car on the first page. Raises CarNotFound, CarNotOnShow."""
    with transaction():
        showing.feature(request.form.get("car", ""), by=people.current_actor(), at=clock.now())
    flash(_("The first page shows it now."))
    return redirect(url_for("staff.site"), 303)


@staff.get("/site/texts/<name>")
def site_text(name: str) -> ResponseReturnValue:
    """One text with its preview and its history. Raises TextNotFound."""
    with transaction():
        text = queries.standing(name)
    form = site_form.of(slots.slot(name), formdata=None, data=text.newest)
    form.seen.data = text.revision
    return _show(text, form)


@staff.post("/site/texts/<name>")
def save_text(name: str) -> ResponseReturnValue:
    """Keep the words as a draft, or publish them; where somebody else was first, show both."""
    with transaction():
        text = queries.standing(name)
    form = site_form.of(slots.slot(name))
    if not form.validate():
        return _show(text, form, status=422)
    publish = request.form.get("deed") == "publish"
    write = changing.write_and_publish if publish else changing.save_draft
    try:
        with transaction():
            write(name, form.words, seen=form.revision, by=people.current_actor(), at=clock.now())
    except Stale:
        return _beside_theirs(name, form, publish=publish)
    flash(_("Published.") if publish else _("The draft is kept. Visitors do not see it."))
    return _to(name)


@staff.post("/site/texts/<name>/discard")
def discard_text(name: str) -> ResponseReturnValue:
    """Give the draft up. Raises TextNotFound, Stale."""
    with transaction():
        queries.standing(name)
        changing.discard(name, seen=SeenForm().revision, by=people.current_actor(), at=clock.now())
    flash(_("The draft is gone. What is published stays."))
    return _to(name)


@staff.post("/site/texts/<name>/restore")
def restore_text(name: str) -> ResponseReturnValue:
    """Publish an earlier version again. Raises TextNotFound, VersionNotFound, Stale."""
    version = figures.whole(request.form.get("version", ""))
    with transaction():
        queries.standing(name)
        if version is None:
            raise VersionNotFound(name)
        changing.restore(name, version, seen=SeenForm().revision, by=people.current_actor(), at=clock.now())
    flash(_("The earlier words are published again."))
    return _to(name)


def _removed(named: str) -> UUID | None:
    """The question that was taken off the list on the page before, while it still is."""
    try:
        question_id = UUID(named)
    except ValueError:
        return None
    return question_id if queries.is_removed(question_id) else None


def _beside_theirs(name: str, form: TextForm, *, publish: bool) -> ResponseReturnValue:
    """Both texts, and a form that may be sent again; a second click, whose words are there, is done."""
    with transaction():
        text = queries.standing(name)
    done = text.published if publish and text.draft is None else text.newest
    if form.words == done and (text.draft is None) == publish:
        return _to(name)
    form.seen.data = text.revision
    return _show(text, form, status=409, theirs=_theirs(slots.slot(name), text, form.words))


def _theirs(slot: Slot, text: Standing, mine: Words) -> Theirs:
    parts = [
        (site_words.field(slot.name, part.name), text.newest.get(part.name, ""))
        for part in slot.parts
        if text.newest.get(part.name, "") != mine[part.name]
    ]
    return Theirs(text.drafted_by or text.published_by, parts)


def _show(
    text: Standing, form: TextForm, *, status: int = 200, theirs: Theirs | None = None
) -> ResponseReturnValue:
    slot = slots.slot(text.name)
    told = site_words.TEXTS[slot.name]
    with transaction():
        versions = queries.history(text.name)
        zone = houses.house().time_zone
    preview = site_words.preview(slot)
    return htmx.page(
        "staff/site_text.html",
        "main",
        status=status,
        text=text,
        slot=slot,
        told=told,
        form=form,
        theirs=theirs,
        versions=versions,
        state=site_words.state(text),
        preview=preview,
        zone=zone,
    )


def _to(name: str) -> ResponseReturnValue:
    return redirect(url_for("staff.site_text", name=name), 303)
