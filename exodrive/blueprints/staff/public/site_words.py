"""The words for the texts of the site: what each is called, and its fields."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints.site_pages.texts import PREVIEW
from exodrive.blueprints.states import Shown
from exodrive.site.queries import Standing
from exodrive.site.slots import Slot


class Told(NamedTuple):
    """A text's name, the page that shows it, and where on the page."""

    name: LazyString
    page: LazyString
    anchor: str = ""


FIRST_PAGE = _l("First page")
TEXTS: dict[str, Told] = {
    "hero": Told(_l("On the car"), FIRST_PAGE),
    "steps": Told(_l("How it works"), FIRST_PAGE, "how"),
    "area": Told(_l("Delivery area"), FIRST_PAGE, "area"),
    "closing": Told(_l("Last words"), FIRST_PAGE, "closing-title"),
    "about": Told(_l("About us"), _l("About us")),
    "contact": Told(_l("Contact"), _l("Contact")),
    "question": Told(_l("Question"), FIRST_PAGE, "questions"),
}
PAGES = {"home": "catalog.home", "about": "site.about", "contact": "site.contact"}
FIELDS: dict[str, LazyString] = {
    "headline": _l("Headline"),
    "lead": _l("Below the headline"),
    "text": _l("Text"),
    "short": _l("In a few words, for the foot of every page"),
    "answer": _l("Answer"),
    "question": _l("Question"),
}
# Where a field of one text is called otherwise.
OWN_FIELDS: dict[tuple[str, str], LazyString] = {
    ("hero", "lead"): _l("After the car’s own line and its price"),
    ("contact", "answer"): _l("When you answer"),
}


def field(slot: str, part: str) -> str:
    """What a field is called."""
    if slot == "steps" and part != "headline":
        kind, _dash, number = part.partition("_")
        return (
            _("Step %(number)s", number=number)
            if kind == "title"
            else _("Step %(number)s, text", number=number)
        )
    return str(OWN_FIELDS.get((slot, part)) or FIELDS[part])


def preview(place: Slot) -> str:
    """Where a text is seen with its draft."""
    arguments: dict[str, Any] = {PREVIEW: 1, "_anchor": TEXTS[place.name].anchor or None}
    return url_for(PAGES[place.page], **arguments)


def state(text: Standing, *, shown: bool = True) -> Shown:
    """How a text stands: hidden, a draft, published, or as it came with the house."""
    if not shown:
        return Shown("idle", "eye-off", _l("Hidden"))
    if text.draft is not None:
        return Shown("wait", "pencil", _l("Draft"))
    if text.version:
        return Shown("go", "circle-check", _l("Published"))
    return Shown("idle", "circle-dashed", _l("First words"))
