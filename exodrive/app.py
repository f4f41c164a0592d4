"""The application: settings, extensions, blueprints. Nothing here knows what a booking is."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from exodrive import config, logs, reporting
from exodrive.blueprints import body_sizes, frame
from exodrive.config import Settings
from exodrive.extensions import babel, csrf, limiter, migrate
from exodrive.house import queries as house
from exodrive.kernel import circuits, contention, failpoints, outbox, sandbox_clock
from exodrive.kernel.db import db, let_go
from exodrive.kernel.failpoints import Place
from exodrive.storage import files
from exodrive.tasks.routes import ROUTES

# Every package that has tables, so that metadata and migrations know them all.
MODELS = (
    "kernel.audit", "kernel.certificates", "kernel.inbox", "kernel.kept_answers", "kernel.outbox",
    "kernel.sandbox_clock", "accounts.models", "availability.models", "billing.models", "bookings.models",
    "bookings.change_models", "bookings.charge.charge_models", "bookings.condition_models",
    "bookings.quote.quote_models", "bookings.reservation.reservation_models", "contracts.models",
    "customers.models", "enquiries.models", "fleet.models", "fleet.link_pictures", "fleet.photo_models",
    "house.models", "invoicing.models", "ledger.models", "notifications.models", "payments.models",
    "payments.receipt_models", "pricing.models", "reconciliation.models", "reviews.models", "site.models",
    "storage.models",
)  # fmt: skip
# Routes that answer the same at all times, often and for many.
TIMELESS = (None, "static", "drawings.car", "drawings.light_rule", "pictures.show", "health.alive")
# A process that stands still in the midst of a transaction must not keep its locks: all others would wait.
SESSION_OPTIONS = "-c timezone=UTC -c idle_in_transaction_session_timeout=60s"
BLUEPRINTS = (
    "health",
    "catalog",
    "site_pages",
    "window",
    "checkout",
    "booking_page",
    "review_page",
    "bill_page",
    "quote_page",
    "account",
    "files",
    "staff",
    "api",
    "webhooks",
)
LOCALES = ("en_US",)


def create_app(settings: Settings | None = None) -> Flask:
    """The app for these settings, or for the environment's. Raises config.BadSettings."""
    settings = settings or config.load()
    app = Flask(__name__)
    logs.configure(settings.log_level, secrets=settings.secrets)
    reporting.configure(settings.sentry_dsn)
    failpoints.arm(settings.failpoints)
    _configure(app, settings)
    for name in MODELS:
        import_module(f"exodrive.{name}")
    outbox.use_routes(ROUTES)
    files.use_store(settings.storage_url)
    contention.use_redis(settings.redis_url)
    circuits.use_redis(settings.redis_url)
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
        SECOND_FACTOR_FROM=settings.second_factor_from,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "hide_parameters": True,  # errors quote statements: without what was typed by people
            "pool_size": 8,
            "max_overflow": 8,
            "connect_args": {"options": SESSION_OPTIONS, "connect_timeout": 5},
        },
        SESSION_COOKIE_NAME=_cookie_name(settings),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        # Only an answer that changes the session sends it: an older one that comes late, such as a price that
        # was still on its way as the form was sent, must not put back what the newer one has noted.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page may lie open over lunch
        BABEL_DEFAULT_LOCALE="en_US",
        BABEL_DEFAULT_TIMEZONE="UTC",
        RATELIMIT_STORAGE_URI=settings.redis_url,
        RATELIMIT_STORAGE_OPTIONS={
            "socket_connect_timeout": circuits.ANSWER_WITHIN,
            "socket_timeout": circuits.ANSWER_WITHIN,
        },
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _extend(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    app.teardown_appcontext(let_go)  # before the extension's own, which would fail the answer
    migrate.init_app(app, db)
    babel.init_app(app, locale_selector=lambda: request.accept_languages.best_match(LOCALES, "en_US"))  # type: ignore[no-untyped-call]
    body_sizes.init_app(app)  # before anybody reads the form
    csrf.init_app(app)
    app.after_request(_retry_after)  # hooks run backwards: after the limiter's own, which names it always
    limiter.init_app(app)
    logs.init_app(app)
    if settings.sandbox:
        app.before_request(_sandbox_time)
    if settings.failpoints:
        app.after_request(_answering)


def _cookie_name(settings: Settings) -> str:
    """Over HTTPS browsers hold a cookie so named to this very host, path and lock.

    They keep cookies by host, not by port: two sandboxes on one machine must not share a sign-in.
    """
    name = f"exodrive-{settings.port}" if settings.sandbox else "exodrive"
    return f"__Host-{name}" if settings.secure_cookies else name


def _retry_after(response: Response) -> Response:
    """Only who was turned away is asked to come again later; some clients wait wherever they read it."""
    if response.status_code not in (429, 503):
        response.headers.pop("Retry-After", None)
    return response


def _answering(response: Response) -> Response:
    failpoints.reach(Place.WEB_ANSWERING, request.endpoint or "")
    return response


def _sandbox_time() -> None:
    """Live by the sandbox's clock, which somebody may have moved since the last request."""
    if request.endpoint not in TIMELESS:
        sandbox_clock.load()
