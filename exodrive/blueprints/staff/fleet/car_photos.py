"""What the desk does with the photos of a car: send, put in order, describe, aim, remove, put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from exodrive.accounts import staff as people
from exodrive.blueprints import error_texts, htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.fleet import cars
from exodrive.fleet import photo_queries, photos, resizing
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError
from exodrive.storage import renditions

SHARE = NumberRange(0, 100, _l("A number from 0 to 100."))
NEEDED = InputRequired(_l("A number from 0 to 100."))
LONGEST_NAME = 100  # of a file, as it is told back


class PhotoForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """What is to be seen, and what no crop may lose."""

    alt = StringField(
        _l("What is to be seen"),
        [Length(max=photos.LONGEST_ALT)],
        description=_l("For those who do not see it: “From behind, roof open, at the quay”."),
    )
    focus_x = IntegerField(_l("From the left, in percent"), [NEEDED, SHARE])
    focus_y = IntegerField(_l("From the top, in percent"), [NEEDED, SHARE])


@staff.post("/cars/<slug>/photos")
def add_photos(slug: str) -> ResponseReturnValue:
    """Keep the photos that were sent, each by itself: one that is refused keeps no other back."""
    with transaction():
        car = fleet.any_car(slug)
    sent = [file for file in request.files.getlist("photos") if file.filename]
    refused = [(_name(file), words) for file in sent if (words := _add(car, file))]
    if not sent:
        refused = [(_("Nothing was sent"), _("Choose one or more photos first."))]
    if refused:
        return cars.page(slug, refused=refused, status=422)
    flash(_("Kept. The photos are made to fit every screen now."))
    return cars.to_car(car)


@staff.route("/cars/<slug>/photos/<uuid:photo_id>", methods=["GET", "POST"])
def car_photo(slug: str, photo_id: UUID) -> ResponseReturnValue:
    """One photo: its words and its focus. Raises CarNotFound, PhotoNotFound."""
    with transaction():
        car = fleet.any_car(slug)
        photo = photo_queries.of_car(car, photo_id)
    if photo.removed_at is not None:
        raise photo_queries.PhotoNotFound(str(photo_id))
    form = PhotoForm(obj=photo)
    if form.validate_on_submit():
        by, at = people.current_actor(), clock.now()
        with transaction():
            photos.describe(car, photo_id, alt=(form.alt.data or "").strip(), by=by, at=at)
            photos.aim(car, photo_id, focus=(form.focus_x.data, form.focus_y.data), by=by, at=at)
        flash(_("Noted."))
        return cars.to_car(car)
    status = 422 if form.is_submitted() else 200
    drawing = resizing.is_being_drawn(photo)
    return htmx.page(
        "staff/car_photo.html", "main", status=status, car=car, photo=photo, form=form, drawing=drawing
    )


@staff.post("/cars/<slug>/photos/<uuid:photo_id>/arrange")
def arrange_photo(slug: str, photo_id: UUID) -> ResponseReturnValue:
    """Do with a photo what its button says. Raises CarNotFound, PhotoNotFound, PhotoTwice, Stale."""
    with transaction():
        car = fleet.any_car(slug)
        photo_queries.of_car(car, photo_id)
        deed = DEEDS.get(request.form.get("deed", ""))
        if deed is None:
            abort(400)
        deed(car, photo_id)
    if htmx.wants_fragment():
        return cars.page(slug)
    return cars.to_car(car)


def _before(car: Car, photo_id: UUID) -> None:
    """Where it was dropped: in front of another one, or at the end."""
    text = request.form.get("before", "")
    try:
        other = UUID(text) if text else None
    except ValueError:
        abort(400)
    photos.before(car, photo_id, other)


def _remove(car: Car, photo_id: UUID) -> None:
    photos.remove(car, photo_id, by=people.current_actor(), at=clock.now())


def _put_back(car: Car, photo_id: UUID) -> None:
    photos.put_back(car, photo_id, by=people.current_actor(), at=clock.now())


DEEDS: Mapping[str, Callable[[Car, UUID], None]] = {
    "earlier": photos.earlier,
    "later": photos.later,
    "cover": photos.first,
    "before": _before,
    "remove": _remove,
    "put-back": _put_back,
    "retry": photos.try_again,
}


def _add(car: Car, file: FileStorage) -> str:
    """Keep one file; returns why not, in words."""
    content = file.stream.read(renditions.LARGEST_FILE + 1)
    try:
        with transaction():
            photos.add(car, content, name=_name(file), by=people.current_actor(), at=clock.now())
    except DomainError as fact:
        text = error_texts.of_domain_error(fact)
        return _("%(what)s. %(advice)s", what=text.title, advice=text.advice)
    return ""


def _name(file: FileStorage) -> str:
    """A file's name as somebody's machine has it: for telling it back, and for nothing else."""
    plain = "".join(sign for sign in file.filename or "" if sign.isprintable())
    return plain.replace("\\", "/").rpartition("/")[2][:LONGEST_NAME] or _("A file without a name")
