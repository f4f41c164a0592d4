"""The application: settings, extensions, blueprints. Nothing here knows what a booking is."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from flask import Flask, request, session
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from exodrive import config, logs
from exodrive.blueprints import frame
from exodrive.config import Settings
from exodrive.extensions import babel, csrf, limiter, migrate
from exodrive.house import queries as house
from exodrive.kernel import contention, outbox, sandbox_clock
from exodrive.kernel.db import db
from exodrive.storage import files
from exodrive.tasks.routes import ROUTES

# Every package that has tables, so that metadata and migrations know them all.
MODELS = (
    "kernel.audit", "kernel.certificates", "kernel.inbox", "kernel.outbox", "kernel.sandbox_clock",
    "accounts.models", "availability.models", "bookings.models", "contracts.models", "customers.models",
    "fleet.models", "house.models", "invoicing.models", "ledger.models", "notifications.models",
    "payments.models", "pricing.models", "storage.models",
)  # fmt: skip
BLUEPRINTS = (
    "health",
    "catalog",
    "checkout",
    "booking_page",
    "account",
    "files",
    "staff",
    "webhooks",
)
LOCALES = ("en_US",)
LARGEST_REQUEST = 16 * 1024 * 1024  # a phone's photo; other forms are kept to a fraction of it
LARGEST_FORM = 256 * 1024
# Without script a check list brings all its photos at once. Only for people who are signed in.
LARGEST_CHECK_LIST = 128 * 1024 * 1024
SIGNED_IN = "_user_id"  # where Flask-Login notes it in the signed session
CHECK_LISTS = ("staff.hand_over", "staff.take_back")


def create_app(settings: Settings | None = None) -> Flask:
    """The app for these settings, or for the environment's. Raises config.BadSettings."""
    settings = settings or config.load()
    app = Flask(__name__)
    logs.configure(settings.log_level)
    _configure(app, settings)
    for name in MODELS:
        import_module(f"exodrive.{name}")
    outbox.use_routes(ROUTES)
    files.use_store(settings.storage_url)
    contention.use_redis(settings.redis_url)
    _extend(app, settings)
    frame.init_app(app, house=house.house)
    for name in BLUEPRINTS:
        import_module(f"exodrive.blueprints.{name}").init_app(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    # A name that nobody gave a template is a fault, not an empty place on a page.
    app.jinja_options = {**app.jinja_options, "undefined": StrictUndefined}
    app.config.update(
        SETTINGS=settings,
        SANDBOX=settings.sandbox,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "pool_size": 8,
            "max_overflow": 8,
            "connect_args": {"options": "-c timezone=UTC", "connect_timeout": 5},
        },
        # Browsers keep cookies by host, not by port: two sandboxes on one machine must not share a sign-in.
        SESSION_COOKIE_NAME=f"exodrive-{settings.port}" if settings.sandbox else "exodrive",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page may lie open over lunch
        BABEL_DEFAULT_LOCALE="en_US",
        BABEL_DEFAULT_TIMEZONE="UTC",
        RATELIMIT_STORAGE_URI=settings.redis_url,
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _extend(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    migrate.init_app(app, db)
    babel.init_app(app, locale_selector=lambda: request.accept_languages.best_match(LOCALES, "en_US"))  # type: ignore[no-untyped-call]
    app.before_request(_room_for_photos)  # before anybody reads the form
    csrf.init_app(app)
    limiter.init_app(app)
    logs.init_app(app)
    if settings.sandbox:
        app.before_request(_sandbox_time)


def _room_for_photos() -> None:
    if request.endpoint in CHECK_LISTS and SIGNED_IN in session:
        request.max_content_length = LARGEST_CHECK_LIST


def _sandbox_time() -> None:
    """Live by the sandbox's clock, which somebody may have moved since the last request."""
    if request.endpoint not in (None, "static", "drawings.car", "health.alive"):
        sandbox_clock.load()
