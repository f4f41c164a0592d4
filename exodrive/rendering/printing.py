"""From HTML to PDF by WeasyPrint: our own fonts, our own stylesheet, and no way to anything else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from markupsafe import Markup

from exodrive.rendering import environment

STATIC = Path(__file__).parent.parent / "static"
SHEET = environment.TEMPLATES / "pdf" / "sheet.css"
FONTS = STATIC / "vendor" / "@fontsource-variable"
SCHEME = "house"  # of the addresses in sheet.css: house:/inter/files/…
DIGITS = 8  # of the content's hash, in the foot of every page


@dataclass(frozen=True, slots=True)
class Content:
    """A paper ready to be printed. `digest` is of its content, in hexadecimal digits."""

    html: str
    digest: str


class NotOurs(RuntimeError):
    """A paper names something that is not one of our own files, or one of them is missing."""


def content(template: str, **context: Any) -> Content:
    """A paper of `exodrive/templates/pdf/` with its context. Needs an app context, no request.

    The hash is of everything on the paper but itself, so the same content always carries the same digits.
    """
    with force_locale(environment.LANGUAGE):
        page = environment.escaping().get_template(f"pdf/{template}.html")
        context = {"lang": "en", "page_number": Markup('<b class="page"></b>'), **context}
        context["page_count"] = Markup('<b class="pages"></b>')
        digest = hashlib.sha256(page.render(context, digest="").encode()).hexdigest()
        return Content(page.render(context, digest=digest[:DIGITS]), digest)


def render(paper: Content, *, forms: bool = False) -> bytes:
    """The paper as PDF: takes a second or so of work, and neither the database nor the network.

    With `forms` its inputs are fields to be filled in. Raises NotOurs.
    """
    import weasyprint  # noqa: PLC0415  a second to load, and most processes print nothing
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    fetcher = _own_files_only()
    fonts = weasyprint.text.fonts.FontConfiguration()
    try:
        style = weasyprint.CSS(string=SHEET.read_text(), url_fetcher=fetcher, font_config=fonts)
        made = weasyprint.HTML(string=paper.html, url_fetcher=fetcher).write_pdf(
            stylesheets=[style],
            font_config=fonts,
            pdf_tags=True,
            pdf_forms=forms,
            # PDF wants an identifier: the content's own tells the same paper from another one.
            pdf_identifier=bytes.fromhex(paper.digest[:32]),
        )
    except FatalURLFetchingError as error:  # no Exception, so that WeasyPrint itself lets it pass
        raise NotOurs(str(error)) from error
    return bytes(made)


def _own_files_only() -> Any:
    """A fetcher that knows the fonts and nothing else: no file, no address, whatever a paper names."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class OwnFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ARG002
            scheme, _, path = url.partition(":/")
            file = (FONTS / path.lstrip("/")).resolve()
            if scheme != SCHEME or not file.is_relative_to(FONTS.resolve()):
                raise ValueError(f"a paper names {url}")
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": "font/woff2"})

    return OwnFiles(fail_on_errors=True)
