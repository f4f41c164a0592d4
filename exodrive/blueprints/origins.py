"""Forms come from our own pages: what another site sends is refused, whatever token it brings.

Browsers say with every post where it comes from (`Sec-Fetch-Site`, `Origin`), and no page can make them lie.
This stands beside the token in the form, not in its place: a program says nothing, and its token decides.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, request

from exodrive.kernel.errors import Forbidden

READING = ("GET", "HEAD", "OPTIONS")
# Programs speak to these; signatures and tokens say who they are, and no cookie counts.
FOR_PROGRAMS = ("webhooks", "api")
OWN = ("same-origin", "none")  # "none": typed or restored by the reader


class ForeignPost(Forbidden):
    """Another site's page sent this form."""

    code = "foreign_post"


def init_app(app: Flask) -> None:
    app.before_request(refuse)


def refuse() -> None:
    """Raises ForeignPost."""
    if request.method in READING or request.blueprint in FOR_PROGRAMS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if (site is not None and site not in OWN) or (origin is not None and not _is_ours(origin)):
        raise ForeignPost


def vouched() -> bool:
    """Whether the browser itself says that a page of ours sent this form."""
    origin = request.headers.get("Origin")
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or (origin is not None and _is_ours(origin))


def _is_ours(origin: str) -> bool:
    """Whether it is the address that was asked, or the one that visitors type."""
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    settings = current_app.config.get("SETTINGS")
    return host in {request.host, urlsplit(settings.public_url).netloc if settings else request.host}
