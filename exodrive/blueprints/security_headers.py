"""Headers on every answer: nothing foreign comes in, nothing of ours goes where it should not.

A page's scripts and styles are files of ours or bear the nonce of this very answer. Nothing is allowed
inline, style attributes neither: what is drawn by figures is set by script or by a rule of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Flask, Response, current_app, g, request

# `data:` is for marks inside the vendor's stylesheet and the key of a second factor, `blob:` for photos shown
# before they are sent. Forms come to us alone: the ways to PayPal and DocuSeal are links, and never a post's.
_PAGE = {
    "default-src": "'self'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self' 'nonce-{nonce}'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# What is no page loads nothing and is shown in nothing.
_REST = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
_TWO_YEARS = 2 * 365 * 24 * 3600
_UNUSED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    # A booking's page has its secret in the address: no other site learns it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What only a page could do. It is as long as a small drawing: nothing else has to carry it.
_ON_PAGES = {"Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED)}
HTML = "text/html"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(add_headers)


def csp_nonce() -> str:
    """The nonce of this request, the same wherever it is asked for."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def add_headers(response: Response) -> Response:
    """Add what the view did not choose itself."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy(response))
    for name, value in {**_ALWAYS, **(_ON_PAGES if response.mimetype == HTML else {})}.items():
        headers.setdefault(name, value)
    if request.is_secure or current_app.config.get("SESSION_COOKIE_SECURE"):
        headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS}; includeSubDomains")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = _keeping(response)
    return response


def let_us_frame(response: Response) -> None:
    """Allow a page of ours to show this one in a frame, and nobody else's."""
    policy = _policy(response).replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"


def let_paypal_in(response: Response, sources: Sequence[str]) -> None:
    """Allow the script of PayPal's buttons, what it shows and whom it asks; and the window that it opens.

    The policy of the whole page, since a part of it that comes later is under the policy it came with.
    """
    together = " ".join(sources)
    policy = _policy(response)
    for name in ("script-src", "connect-src", "img-src"):
        policy = policy.replace(f"{name} 'self'", f"{name} 'self' {together}")
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src {together}"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"


def _policy(response: Response) -> str:
    parts = _PAGE if response.mimetype == HTML else _REST
    return "; ".join(f"{name} {value}" for name, value in parts.items()).format(nonce=csp_nonce())


def _keeping(response: Response) -> str:
    """How long a copy lives: at the desk never, elsewhere in the reader's own browser, to be asked about."""
    if response.mimetype == HTML and not request.path.startswith("/desk") and response.status_code < 400:
        return "private, no-cache"
    return "private, no-store"
