"""Mails: one letter template, shown twice, as HTML through MJML and as plain text.

The same context gives the same bytes at every time, since a message that is sent again must be the same one.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any

import mrml
from flask_babel import force_locale
from jinja2 import Environment

from exodrive.rendering import environment

WIDTH = 72  # columns of the text part: what a quoted reply still shows without breaking


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    html: str
    text: str


def render(template: str, **context: Any) -> Rendered:
    """A letter of `exodrive/templates/mail/` with its context. Needs an app context, no request.

    Raises jinja2.UndefinedError for a name that the context lacks, jinja2.TemplateNotFound.
    """
    with force_locale(environment.LANGUAGE):
        mjml = _shown(environment.escaping(), template, "mail/_letter.mjml", context)
        text = _shown(environment.plain(), template, "mail/_letter.txt", context)
        subject = _shown(environment.plain(), template, "mail/_subject.txt", context)
    return Rendered(" ".join(subject.split()), _html(mjml), _wrapped(text))


def _shown(jinja: Environment, template: str, layout: str, context: dict[str, Any]) -> str:
    return jinja.get_template(f"mail/{template}.jinja").render(context, layout=layout)


def _html(mjml: str) -> str:
    """MJML as HTML that Outlook, too, lays out; no fonts are fetched from anywhere."""
    return str(mrml.to_html(mjml, None, mrml.RenderOptions(fonts={})).content)


def _wrapped(text: str) -> str:
    """Paragraphs broken at WIDTH, one empty line between them. A link is never broken, however long."""
    lines = [_wrapped_line(line.rstrip()) for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _wrapped_line(line: str) -> str:
    """What follows the first line of a fact or a list hangs below its text, not below its label."""
    start = re.match(r"( *- |[^:]{1,30}: {2,})?", line)
    hang = len(start.group()) if start else 0
    return textwrap.fill(
        line, WIDTH, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False
    )
