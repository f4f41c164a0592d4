"""Which web pages of others may call the API from their readers' browsers: those that CORS_ORIGINS names.

Without it the browser keeps them out. No page ever sends our cookies along: they would open nothing here.
"""

from __future__ import annotations

from flask import Flask
from flask_cors import CORS

from exodrive.config import Settings

SENT = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Prefer",
    "X-Request-Id",
)
READ = (
    "ETag", "Location", "Retry-After", "Idempotent-Replayed", "Preference-Applied", "WWW-Authenticate",
    "X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
)  # fmt: skip
REMEMBERED = 600  # seconds that a browser need not ask again


def init_app(app: Flask, *, address: str) -> None:
    settings: Settings = app.config["SETTINGS"]
    if not settings.cors_origins:
        return
    CORS(
        app,
        resources={
            rf"{address}/.*": {
                "origins": list(settings.cors_origins),
                "methods": ["GET", "POST", "PATCH", "PUT", "DELETE"],
                "allow_headers": list(SENT),
                "expose_headers": list(READ),
                "supports_credentials": False,
                "max_age": REMEMBERED,
                "vary_header": True,
            }
        },
    )
