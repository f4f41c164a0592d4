"""The cars at the desk: the list, and one car with its photos and whether customers see it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import because
from exodrive.fleet import garage, photo_queries, photos, resizing, showing
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import CarPhoto, PhotoState
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

PAGE = 25


class ShowForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """Who may see the car and rent it."""

    visible = BooleanField(
        _l("Customers see it"), description=_l("Else its page is not there, and no list has it.")
    )
    available = BooleanField(
        _l("It can be rented"),
        description=_l("Else it is shown as not rented out. Bookings that it has stay."),
    )
    featured = BooleanField(_l("It stands first"), description=_l("On the first page, before dearer cars."))
    reason = because()


@staff.get("/cars")
def cars() -> ResponseReturnValue:
    """All cars of the house, hidden ones too; the next page, or the list anew where a search changed."""
    text = request.args.get("q", "").strip()[:100]
    after = request.args.get("after", "")[:200] or None
    with transaction():
        found = garage.stalls(text=text, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    following = shown[-1].car.slug if len(found) > PAGE else None
    context: dict[str, Any] = {"text": text, "stalls": shown, "following": following}
    if after:
        return htmx.page("staff/cars.html", "rows", "more", **context)
    return htmx.page("staff/cars.html", "list", **context)


@staff.get("/cars/<slug>")
def car(slug: str) -> ResponseReturnValue:
    """One car: its photos, and what customers see of it."""
    return page(slug)


@staff.route("/cars/<slug>/show", methods=["GET", "POST"])
def show_car(slug: str) -> ResponseReturnValue:
    """Show or hide a car, or take it out of rental, with the reason."""
    with transaction():
        found = fleet.any_car(slug)
    form = ShowForm(obj=found)
    if form.validate_on_submit():
        flags = {name: bool(form[name].data) for name in showing.FLAGS}
        with transaction():
            showing.change(
                fleet.any_car(slug, lock=True),
                flags,
                reason=form.reason.data,
                by=people.current_actor(),
                at=clock.now(),
            )
        flash(_("Noted. Customers see it so from now on."))
        return redirect(url_for("staff.car", slug=slug), 303)
    status = 422 if form.is_submitted() else 200
    return htmx.page("staff/car_show.html", "main", status=status, car=found, form=form)


def page(
    slug: str, *, refused: list[tuple[str, str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page of a car, or its photos and what was refused of those just sent: file names with words."""
    with transaction():
        found = fleet.any_car(slug)
        album = photo_queries.at_the_desk(found.id)
        removed = photo_queries.removed(found.id)
        zone = houses.house().time_zone
    return htmx.page(
        "staff/car.html",
        "photos",
        *([] if refused is None else ["sent"]),  # told until more is sent, however often the page looks again
        status=status,
        car=found,
        photos=album,
        removed=removed,
        cover=_cover(album),
        at_work=[photo for photo in album if resizing.is_being_drawn(photo)],
        failure=failure,
        refused=refused or [],
        most=photos.MOST,
        zone=zone,
    )


def failure(photo: CarPhoto) -> str:
    """Why a photo cannot be shown, in words; empty where it can."""
    words = {
        "not_a_picture": _("The file breaks off or is damaged. Send it once more from where it lies."),
        "photo_too_large": _("It has too many pixels. Send a smaller one."),
    }
    return words.get(photo.failure or "", "")


def to_car(found: Car) -> ResponseReturnValue:
    """Back to the car after a deed."""
    return redirect(url_for("staff.car", slug=found.slug), 303)


def _cover(album: list[CarPhoto]) -> CarPhoto | None:
    return next((photo for photo in album if photo.state == PhotoState.READY), None)
