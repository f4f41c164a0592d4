"""The faults of a form as one list, for the summary above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask
from wtforms import Field, FieldList, Form, FormField


class Fault(NamedTuple):
    """One message; `field_id` is empty for what concerns the form as a whole."""

    field_id: str
    label: str
    message: str


def init_app(app: Flask) -> None:
    app.jinja_env.globals["form_faults"] = form_faults


def form_faults(form: Form) -> list[Fault]:
    """Every fault in the order of the form, those of forms inside it too."""
    whole = [Fault("", "", str(message)) for message in form.form_errors]
    return whole + [fault for field in form for fault in _of_field(field)]


def _of_field(field: Field) -> Iterator[Fault]:
    if isinstance(field, FormField):
        yield from form_faults(field.form)
    elif isinstance(field, FieldList):
        for entry in field:
            yield from _of_field(entry)
    else:
        for message in field.errors:
            yield Fault(field.id, field.label.text, str(message))
