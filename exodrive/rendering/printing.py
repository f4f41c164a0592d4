"""From HTML to PDF by WeasyPrint: our own fonts, our own stylesheet, and no way to anything else."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from markupsafe import Markup
from PIL import ImageFile

from exodrive.rendering import environment, machine_readable

STATIC = Path(__file__).parent.parent / "static"
SHEET = environment.TEMPLATES / "pdf" / "sheet.css"
FONTS = STATIC / "vendor" / "@fontsource-variable"
SCHEME = "house"  # of the addresses in sheet.css: house:/inter/files/…
ARCHIVAL = "pdf/a-3b"
DIGITS = 8  # of the content's hash, in the foot of every page


@dataclass(frozen=True, slots=True)
class Content:
    """A paper ready to be printed. `digest` is of its content, in hexadecimal digits."""

    html: str
    digest: str
    attached: bytes | None = None  # what it says to programs


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

    It is PDF/A-3b, which is kept for decades: every font is within it. With `forms` its inputs are fields to
    be filled in, which that form of PDF has not. Raises NotOurs.
    """
    import weasyprint  # noqa: PLC0415  a second to load, and most processes print nothing
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    # Imported, it has Pillow take pictures that break off for whole ones, in all of the process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    fetcher = _own_files_only()
    fonts = weasyprint.text.fonts.FontConfiguration()
    try:
        style = weasyprint.CSS(string=SHEET.read_text(), url_fetcher=fetcher, font_config=fonts)
        made = weasyprint.HTML(string=paper.html, url_fetcher=fetcher).write_pdf(
            stylesheets=[style],
            font_config=fonts,
            pdf_tags=True,
            pdf_forms=forms,
            pdf_variant=None if forms else ARCHIVAL,
            **_attached(paper),
            # PDF wants an identifier: the content's own tells the same paper from another one.
            pdf_identifier=bytes.fromhex(paper.digest[:32]),
        )
    except FatalURLFetchingError as error:  # no Exception, so that WeasyPrint itself lets it pass
        raise NotOurs(str(error)) from error
    return bytes(made)


def _attached(paper: Content) -> dict[str, Any]:
    """The machine-readable part as WeasyPrint takes it."""
    import weasyprint  # noqa: PLC0415  as above

    if paper.attached is None:
        return {}
    part = weasyprint.Attachment(
        string=paper.attached, name=machine_readable.FILE, description="Factur-X", relationship="Data"
    )
    return {"attachments": [part], "xmp_metadata": [io.BytesIO(machine_readable.metadata())]}


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
