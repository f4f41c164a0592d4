"""The Jinja environments of mails and PDFs: none of a request, and nothing undefined is ever empty.

One letter is written once; the HTML environment escapes what it shows, the plain one has nothing to escape.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask_babel import get_translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exodrive.rendering import formats

TEMPLATES = Path(__file__).parent.parent / "templates"
# Letters and papers are written in the house's language, whoever's request or worker makes them.
LANGUAGE = "en_US"


@cache
def escaping() -> Environment:
    """For HTML, MJML and what becomes PDF."""
    return _environment(autoescape=True)


@cache
def plain() -> Environment:
    """For the text part of mails."""
    return _environment(autoescape=False)


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701  off only where the output is plain text
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda text: get_translations().ugettext(text),
        lambda one, many, count: get_translations().ungettext(one, many, count),
        newstyle=True,
    )
    environment.filters.update(formats.FILTERS)
    return environment
