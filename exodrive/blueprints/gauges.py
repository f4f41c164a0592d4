"""What is counted for Prometheus, the same from every process: all of it stands in the database or in Redis.

Each figure is there to be alarmed by; docs/operations.md says from when on, and what to do then. They may be
a few seconds old: whoever asks often costs nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import Flask, current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, or_, select

from exodrive.kernel import circuits, clock, outages
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session
from exodrive.kernel.inbox import RECEIVED, InboxMessage
from exodrive.kernel.outages import HOUSE, Bearing, Standing
from exodrive.kernel.outbox import OPEN, Delivery, DeliveryState, Event

AGE = "METRICS_AGE_SECONDS"
LATEST_MESSAGES = 500  # which of the providers have reported lately is seen from these

_kept: tuple[float, bytes] = (0.0, b"")
_lock = threading.Lock()


def init_app(app: Flask) -> None:
    app.config.setdefault(AGE, 5)


def written() -> bytes:
    """All figures in Prometheus's own form. Needs a transaction."""
    global _kept  # noqa: PLW0603  one page of figures per process
    with _lock:
        made_at, page = _kept
        if not page or time.monotonic() - made_at >= current_app.config[AGE]:
            page = _page()
            _kept = (time.monotonic(), page)
        return page


def _page() -> bytes:
    registry = CollectorRegistry()
    registry.register(_Figures([*_queue(), *_providers(), *_messages(), *_house()]))
    return generate_latest(registry)


class _Figures:
    """A collector of what has been counted already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _queue() -> Iterator[Metric]:
    watched = (*OPEN, DeliveryState.FAILED)
    rows = session().execute(
        select(Delivery.state, func.count())
        # Not one list of states: each half has its own small index beside the many that are done.
        .where(or_(Delivery.state.in_(OPEN), Delivery.state == DeliveryState.FAILED))
        .group_by(Delivery.state)
    )
    counted = {row[0]: row[1] for row in rows}
    states = GaugeMetricFamily("exodrive_deliveries", "Deliveries by state", labels=["state"])
    for state in watched:
        states.add_metric([state], counted.get(state, 0))
    yield states
    due_at = session().scalar(select(func.min(Delivery.due_at)).where(Delivery.state.in_(OPEN)))
    yield GaugeMetricFamily(
        "exodrive_delivery_overdue_seconds",
        "How late the most overdue delivery is: the relay hands out what is due at once",
        value=_age(due_at),
    )
    unclaimed = select(func.min(Event.created_at)).join(Delivery).where(
        Delivery.state == DeliveryState.DISPATCHED, Delivery.last_error.is_(None), Delivery.fence == 0
    )  # fmt: skip
    yield GaugeMetricFamily(
        "exodrive_delivery_unclaimed_seconds",
        "Age of the oldest event that was handed out and that no worker has ever taken",
        value=_age(session().scalar(unclaimed)),
    )


def _providers() -> Iterator[Metric]:
    standings = outages.standings()
    work = GaugeMetricFamily(
        "exodrive_provider_deliveries",
        "Deliveries by provider: open, held up for want of it, failed for good",
        labels=["provider", "kind"],
    )
    for standing in standings:
        work.add_metric([standing.provider, "open"], standing.waiting)
        work.add_metric([standing.provider, "held_up"], standing.held_up)
        work.add_metric([standing.provider, "failed"], standing.failed)
    yield work
    yield from _bearings([each for each in standings if each.provider != HOUSE])


def _bearings(standings: list[Standing]) -> Iterator[Metric]:
    down = GaugeMetricFamily(
        "exodrive_provider_down",
        "1 where a provider does not answer, or does not take our keys",
        labels=["provider", "why"],
    )
    lasting = GaugeMetricFamily(
        "exodrive_provider_down_seconds", "How long it has been so, 0 where it is well", labels=["provider"]
    )
    opened = GaugeMetricFamily(
        "exodrive_circuit_open", "1 while nobody asks the provider but for trials", labels=["provider"]
    )
    openings = CounterMetricFamily(
        "exodrive_circuit_openings", "How often the circuit was opened", labels=["provider"]
    )
    for standing in standings:
        for why in (Bearing.AWAY, Bearing.KEYS):
            down.add_metric([standing.provider, why], standing.bearing is why)
        ill = standing.bearing is not Bearing.FINE
        lasting.add_metric([standing.provider], _age(standing.since) if ill else 0)
        if standing.circuit is not None:
            opened.add_metric([standing.provider], standing.circuit.is_open)
            openings.add_metric([standing.provider], standing.circuit.openings)
    yield from (down, lasting, opened, openings)


def _messages() -> Iterator[Metric]:
    waiting, oldest = (
        session()
        .execute(
            select(func.count(), func.min(Event.created_at))
            .join(Delivery)
            .where(Delivery.state.in_(OPEN), Event.name == RECEIVED)
        )
        .one()
    )
    yield GaugeMetricFamily(
        "exodrive_inbox_waiting", "Messages of providers that nobody has read", value=waiting
    )
    yield GaugeMetricFamily("exodrive_inbox_oldest_seconds", "Age of the oldest of them", value=_age(oldest))
    latest = (
        select(InboxMessage.provider, InboxMessage.received_at)
        .order_by(InboxMessage.received_at.desc(), InboxMessage.id.desc())
        .limit(LATEST_MESSAGES)
        .subquery()
    )
    rows = session().execute(select(latest.c.provider, func.max(latest.c.received_at)).group_by("provider"))
    last = GaugeMetricFamily(
        "exodrive_inbox_last_seconds", "How long ago a provider reported last", labels=["provider"]
    )
    for provider, received_at in rows:
        last.add_metric([provider], _age(received_at))
    yield last


def _house() -> Iterator[Metric]:
    unsealed = select(AuditEntry.at).where(AuditEntry.seal.is_(None)).order_by(AuditEntry.id).limit(1)
    at = session().scalar(unsealed)
    yield GaugeMetricFamily(
        "exodrive_sweeps_late_seconds",
        "Age of the oldest entry of the audit trail that no sweep has sealed: they come once a minute",
        value=max((clock.now() - at).total_seconds(), 0) if at else 0,
    )
    yield GaugeMetricFamily(
        "exodrive_redis_up", "1 where Redis answers this process", value=circuits.read() is not None
    )


def _age(at: datetime | None) -> float:
    """Seconds of real time since then; 0 for what is ahead, or is not."""
    return max((clock.real_now() - at).total_seconds(), 0) if at else 0
