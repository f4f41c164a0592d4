"""Logs as JSON lines with the request's id; no secrets and no personal data in them."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Collection, MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from exodrive.kernel import redaction
from exodrive.kernel.ids import new_id

# The secret of a booking's page stands in its address.
_LINK = re.compile(r"^/b/[^/]+")
# One list for as long as the process lives: a logger keeps the one that it has found at its first line.
_CHAIN: list[structlog.typing.Processor] = []
# These tell of every step at DEBUG: of addresses with tickets in them, of statements, of fonts.
NOISY = (
    "werkzeug", "alembic.runtime.migration", "weasyprint", "fontTools", "periodiq", "urllib3", "PIL",
    "sqlalchemy", "passlib", "asyncio",
)  # fmt: skip
QUIET = ("static", "drawings.car", "drawings.light_rule", "health.alive", "health.ready", "health.metrics")


def configure(level: str, *, secrets: Collection[str | None] = ()) -> None:
    """Set up structlog and the standard library's logging for one line of JSON per event.

    `secrets` are the values that stand in no line, whoever writes it.
    """
    redaction.keep_back(secrets)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _CHAIN[:] = [*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
    structlog.configure(
        processors=_CHAIN,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,  # the trace, without the values of variables
                _redacted,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def init_app(app: Flask) -> None:
    """Give each request an id and write one line when it is answered."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.request_started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else new_id().hex
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in QUIET:
        structlog.get_logger("exodrive.requests").info(
            "request",
            method=request.method,
            path=_LINK.sub("/b/…", request.path),
            endpoint=request.endpoint,
            status=response.status_code,
            **_who(),
            ms=round((time.perf_counter() - g.get("request_started", time.perf_counter())) * 1000, 1),
        )
    structlog.contextvars.unbind_contextvars("request_id")
    return response


def _who() -> dict[str, str]:
    """The member of staff who asked, by an id that says nothing outside; only where somebody has looked."""
    user = g.get("_login_user")  # where Flask-Login notes it
    return {"staff": str(user.id)} if user is not None and user.is_authenticated else {}


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redaction.anything(value) for name, value in event.items()}
