"""Logs as JSON lines with the request's id; no secrets and no personal data in them."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from exodrive.kernel.ids import new_id

# The secret of a booking's page stands in its address.
_LINK = re.compile(r"^/b/[^/]+")
QUIET = ("static", "drawings.car", "health.alive", "health.ready", "health.metrics")


def configure(level: str) -> None:
    """Set up structlog and the standard library's logging for one line of JSON per event."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_links,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("werkzeug", "alembic.runtime.migration", "weasyprint", "fontTools", "periodiq"):
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
            ms=round((time.perf_counter() - g.get("request_started", time.perf_counter())) * 1000, 1),
        )
    structlog.contextvars.unbind_contextvars("request_id")
    return response


def _without_links(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whatever is logged, a booking's secret link is not."""
    for name, value in event.items():
        if isinstance(value, str) and "/b/" in value:
            event[name] = re.sub(r"/b/[A-Za-z0-9_-]{20,}", "/b/…", value)
    return event
