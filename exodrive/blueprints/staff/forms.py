"""The desk's forms. Each carries the version of the booking that its page showed."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from exodrive.blueprints import figures
from exodrive.kernel.errors import Stale

LONGEST_REASON = 500


class VersionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A form about a booking as somebody saw it."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """The version that the page was made from. Raises Stale for one that is no number."""
        version = figures.whole(self.version.data or "")
        if version is None:
            raise Stale
        return version


class ActionForm(VersionForm):
    """A deed of the table of actions; `reason` is there only where one is asked for."""

    reason = TextAreaField(
        _l("Reason"), [DataRequired(_l("Say why: it stays in the record.")), Length(max=LONGEST_REASON)]
    )

    def __init__(self, *, name: str, label: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if label is None:
            del self.reason
            return
        # Several of these forms stand on one page, each in its dialog.
        self.reason.id = self.reason.label.field_id = f"{name}-reason"
        self.reason.label.text = label


class CancelForm(VersionForm):
    """`fee` is the one that was shown, in the provider's spelling: what was agreed to is what is done."""

    fee = HiddenField()
    reason = TextAreaField(
        _l("Reason"), [DataRequired(_l("Say why: it stays in the record.")), Length(max=LONGEST_REASON)]
    )
    houses_fault = BooleanField(_l("The fault is ours: everything goes back"))


class Miles(IntegerField):  # type: ignore[misc]
    """A number of miles, with or without the commas that people write into it."""

    widget = TextInput()  # a browser's field for numbers takes no commas

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value.replace(",", "").replace(" ", "") for value in valuelist])


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Boxes to tick, of which each is sent by itself."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
