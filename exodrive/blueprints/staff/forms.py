"""The desk's forms. Each carries the version of the booking that its page showed."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from exodrive.blueprints import figures
from exodrive.blueprints.plain_text import ends_tidied
from exodrive.kernel.errors import Stale

LONGEST_REASON = 500


def because(label: LazyString | None = None) -> Any:
    """The field for why something is done."""
    return TextAreaField(
        label or _l("Reason"),
        [
            DataRequired(_l("Say why: it stays in the record.")),
            Length(max=LONGEST_REASON, message=_l("That is too long: %(max)d signs at most.")),
        ],
        filters=[ends_tidied],
    )


class VersionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A form about a booking as somebody saw it."""

    version = HiddenField()
    form_errors: list[str]
    moved_on = False

    @property
    def status(self) -> int:
        """What its page is answered with: just opened, sent about what has changed, or mistyped."""
        return 409 if self.moved_on else 422 if self.is_submitted() else 200

    @property
    def seen(self) -> int:
        """The version that the page was made from. Raises Stale for one that is no number."""
        version = figures.whole(self.version.data or "")
        if version is None:
            raise Stale
        return version

    def overtaken(self) -> None:
        """Somebody changed the booking meanwhile: what was typed stays, to be sent after a second look."""
        self.moved_on = True
        self.version.data = None
        self.form_errors = [
            *self.form_errors,
            _("The booking was changed while you typed. Nothing was done: look at it, then send this again."),
        ]


class ActionForm(VersionForm):
    """A deed of the table of actions; `reason` is there only where one is asked for."""

    reason = because()

    def __init__(self, *, name: str, label: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if label is None:
            del self.reason
            return
        # Several of these forms stand on one page, each in its dialog.
        self.reason.id = self.reason.label.field_id = f"{name}-reason"
        self.reason.label.text = label

    @property
    def given_reason(self) -> str:
        return self.reason.data if self.reason else ""


class EndForm(FlaskForm):  # type: ignore[misc]
    """Why a booking ends. `shown` is the seal of what the page said: what was agreed to is what is done."""

    shown = HiddenField()
    reason = because()

    def __init__(self, *, missed: bool) -> None:
        super().__init__()
        if missed:
            self.reason.label.text = _l("What was tried to reach the customer")


class Miles(IntegerField):  # type: ignore[misc]
    """A number of miles, with or without the commas that people write into it."""

    widget = TextInput()  # a browser's field for numbers takes no commas

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value.replace(",", "").replace(" ", "") for value in valuelist])


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Boxes to tick, of which each is sent by itself."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
