"""How a page goes over the wire: compressed, and not at all where its reader has it already.

The size of a compressed page tells of its secrets whoever can have it asked for again and again with guesses
in it (http://breachattack.com). So a page that holds one goes compressed only to readers who ask for it
themselves or from a page of ours, which browsers say in `Sec-Fetch-Site`. Open pages hold none: they are
compressed for all.
"""

from __future__ import annotations

import gzip
import hashlib

import brotli
from flask import Flask, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from exodrive.blueprints.origins import OWN
from exodrive.blueprints.security_headers import HTML, csp_nonce

# Their pages are the same for everybody until somebody chooses a car.
OPEN = ("catalog", "site")
WORTH_IT = 1024  # bytes; below, what is saved is less than what is said about it
# The levels at which a page takes a millisecond or two.
BROTLI, GZIP = 5, 6


class Sessions(SecureCookieSessionInterface):
    """What is public is the same for whoever asks: it neither depends on a cookie nor brings one."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.jinja_env.globals["open_page"] = open_page
    app.after_request(slim)


def open_page() -> bool:
    """Whether this page does without a token for its frame, so that a visitor needs no cookie to read it."""
    return request.blueprint in OPEN and request.method in ("GET", "HEAD")


def slim(response: Response) -> Response:
    """Mark an open page, answer 304 where the reader has it, else compress it where that betrays nothing."""
    if response.mimetype != HTML or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if open_page() and response.status_code == 200:
        response.set_etag(_mark(response), weak=True)
        response.make_conditional(request)
    if response.status_code == 304:
        # The reader's copy keeps the policy that it came with, and its nonce.
        response.headers.remove("Content-Security-Policy")
    elif _may_be_compressed():
        compress(response)
    return response


def _mark(response: Response) -> str:
    """What the page says, whatever the nonce of this very answer."""
    said = response.get_data().replace(csp_nonce().encode(), b"")
    return hashlib.sha256(said).hexdigest()[:20]


def _may_be_compressed() -> bool:
    without_secret = open_page() and not session and "csrf_token" not in g
    return without_secret or request.headers.get("Sec-Fetch-Site") in OWN


def compress(response: Response) -> None:
    """Send it as small as its reader takes it. For what holds no secret, or is read from a page of ours."""
    body = response.get_data()
    if len(body) < WORTH_IT or response.content_encoding:
        return
    if request.accept_encodings["br"] > 0:
        coding, body = "br", brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI)
    elif request.accept_encodings["gzip"] > 0:
        coding, body = "gzip", gzip.compress(body, GZIP, mtime=0)
    else:
        return
    response.content_encoding = coding
    response.set_data(body)
