"""The form of a text: a field for each of its parts, and the revision that its page showed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from exodrive.blueprints import figures
from exodrive.blueprints.staff.public import site_words
from exodrive.kernel.errors import Stale
from exodrive.site import slots
from exodrive.site.slots import Part, Slot, Words


class SeenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A form about a text as somebody saw it."""

    seen = HiddenField()

    @property
    def revision(self) -> int:
        """Raises Stale for what is no number."""
        found = figures.whole(self.seen.data or "")
        if found is None:
            raise Stale
        return found


class TextForm(SeenForm):
    """The fields come from the slot: see `of`."""

    parts: tuple[Part, ...] = ()

    @property
    def words(self) -> Words:
        return {part.name: self[part.name].data or "" for part in self.parts}

    def rows(self, part: Part) -> int:
        """How many lines the field of a part has."""
        return min(24, max(2, part.longest // 70))


def of(slot: Slot, **given: Any) -> TextForm:
    """The form of a slot, filled from the request or, with `formdata=None`, from `data`."""
    fields = {part.name: _field(slot, part) for part in slot.parts}
    kind = type("TextFormOf", (TextForm,), {**fields, "parts": slot.parts})
    form: TextForm = kind(**given)
    return form


def _field(slot: Slot, part: Part) -> Any:
    control = TextAreaField if part.prose else StringField
    hint = _("Up to %(number)d signs.", number=part.longest)
    if part.prose:
        hint += " " + _("An empty line begins a paragraph, a dash a list.")
    return control(
        site_words.field(slot.name, part.name),
        [
            DataRequired(_l("Write something.")),
            Length(max=part.longest, message=_l("That is too long: %(max)d signs at most.")),
        ],
        filters=[_tidy(part)],
        description=hint,
    )


def _tidy(part: Part) -> Callable[[str | None], str]:
    return lambda typed: slots.tidy(typed or "", prose=part.prose)
