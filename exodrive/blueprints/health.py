"""Whether the process lives, whether it can work, and what it counts."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from exodrive.blueprints import gauges
from exodrive.kernel import circuits
from exodrive.kernel.db import session, transaction

health = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    gauges.init_app(app)
    app.register_blueprint(health)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok", sandbox=current_app.config["SANDBOX"])


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers too; without it the error pages say 503 with Retry-After.

    Redis is told and decides nothing: without it bookings are taken all the same.
    """
    with transaction():
        session().execute(text("SELECT 1"))
    return jsonify(status="ready", redis="away" if circuits.read() is None else "up")


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus figures."""
    with transaction():
        page = gauges.written()
    return Response(page, content_type=CONTENT_TYPE_LATEST)
