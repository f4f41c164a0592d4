"""Headers that keep foreign content out: content policy with a nonce per request, HSTS, no sniffing."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

# Style attributes carry data only (a car's paint, seconds left), hence 'unsafe-inline' for attributes alone.
# `data:` is for marks inside the vendor's stylesheet, `blob:` for photos shown before they are sent.
_POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self' 'nonce-{nonce}'",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_TWO_YEARS = 2 * 365 * 24 * 3600


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(add_headers)


def csp_nonce() -> str:
    """The nonce of this request, the same wherever it is asked for."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def add_headers(response: Response) -> Response:
    headers = response.headers
    policy = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
    headers.setdefault("Content-Security-Policy", policy.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # A booking's page has its secret in the address: no other site learns it.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS}")
    if response.mimetype == "text/html" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    return response
