"""Whether the process lives, whether it can work, and what it counts."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text

from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import OPEN, Delivery, DeliveryState

health = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(health)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok", sandbox=current_app.config["SANDBOX"])


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers too; without it the error pages say 503 with Retry-After."""
    with transaction():
        session().execute(text("SELECT 1"))
    return jsonify(status="ready")


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus figures of the queue, read from the database: the same from every process."""
    registry = CollectorRegistry()
    states = Gauge("exodrive_deliveries", "Deliveries by state", ["state"], registry=registry)
    oldest = Gauge(
        "exodrive_delivery_overdue_seconds", "How late the most overdue delivery is", registry=registry
    )
    with transaction():
        watched = (*OPEN, DeliveryState.FAILED)
        rows = session().execute(
            select(Delivery.state, func.count()).where(Delivery.state.in_(watched)).group_by(Delivery.state)
        )
        counted = {row[0]: row[1] for row in rows}
        due_at = session().scalar(select(func.min(Delivery.due_at)).where(Delivery.state.in_(OPEN)))
    for state in watched:
        states.labels(state).set(counted.get(state, 0))
    late = (clock.real_now() - due_at).total_seconds() if due_at else 0
    oldest.set(max(late, 0))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
