"""How to reach the house: address, hours, and a message to the desk."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from exodrive.blueprints import htmx
from exodrive.blueprints.site_pages import opening_words, texts
from exodrive.blueprints.site_pages.blueprint import site
from exodrive.blueprints.site_pages.contact_form import ContactForm, opened_note, read_note
from exodrive.enquiries import receiving
from exodrive.extensions import limiter
from exodrive.house import opening
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction


def too_often(_limit: Any) -> Response:
    """The form with everything typed into it, and another way to reach the house."""
    return _page(ContactForm(), status=429, too_often=True)


@site.get("/contact")
def contact() -> ResponseReturnValue:
    """The page with an empty form; for staff with `?preview=1` with their draft."""
    with transaction():
        context = _house()
    form = ContactForm(formdata=None)
    form.opened.data = _note()
    return texts.page("site/contact.html", form=form, too_often=False, **context)


@site.post("/contact")
@limiter.limit("5 per minute; 20 per hour", on_breach=too_often)
def send() -> ResponseReturnValue:
    """Keep the message. The answer is the same whatever is thought of it."""
    form = ContactForm()
    if not form.validate():
        return _page(form, status=422)
    secret, at = current_app.config["SECRET_KEY"], clock.now()
    with transaction():
        receiving.receive(form.said(secret=secret), suspected=form.suspicion(secret=secret, at=at), at=at)
    return redirect(url_for(".sent"), 303)


@site.get("/contact/sent")
def sent() -> ResponseReturnValue:
    """That it has arrived, and when somebody answers."""
    with transaction():
        context = _house()
    return texts.page("site/sent.html", **context)


def _page(form: ContactForm, *, status: int, too_often: bool = False) -> Response:
    """The form as it was sent; the moment that it was opened stays the first one."""
    if read_note(form.opened.data or "", secret=current_app.config["SECRET_KEY"]) is None:
        form.opened.data = _note()
    with transaction():
        context = _house()
    return htmx.page("site/contact.html", "main", status=status, form=form, too_often=too_often, **context)


def _note() -> str:
    return opened_note(secret=current_app.config["SECRET_KEY"], at=clock.now())


def _house() -> dict[str, Any]:
    house = houses.house()
    zone = ZoneInfo(house.time_zone)
    door = opening.door(house.hours, zone, at=clock.now())
    return {
        "house": house,
        "hours": opening_words.rows(opening.week(house.hours)),
        "door": door,
        "door_words": opening_words.now(door, zone),
        "said": texts.words("contact")["contact"],
    }
