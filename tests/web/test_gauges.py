"""The figures that an operator is alarmed by: each moves when what it watches goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from exodrive.blueprints import gauges
from exodrive.config import Settings
from exodrive.kernel import audit, circuits, clock, deliveries, inbox, outbox
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.deliveries import Trouble
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.outbox import Delivery, Event
from exodrive.providers import circuit_store
from exodrive.providers.breaker import FAILURES, Breaker, NoAnswer
from tests.providers import faulty

Figures = Callable[[], dict[str, float]]
LONG_AGO = timedelta(minutes=10)


@pytest.fixture
def figures(app: Flask) -> Iterator[Figures]:
    """All figures as the page has them now, by name and labels, those in the order of their names."""
    before = app.config[gauges.AGE]
    app.config[gauges.AGE] = 0

    def read() -> dict[str, float]:
        answer = app.test_client().get("/metrics")
        assert answer.status_code == 200
        return {
            " ".join([sample.name, *(sample.labels[each] for each in sorted(sample.labels))]): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    with app.app_context():
        yield read
        db.session.remove()
    app.config[gauges.AGE] = before


def emitted(event: str = "payment.wanted") -> UUID:
    with transaction():
        outbox.emit(event)
        return session().query(Delivery.id).order_by(Delivery.id.desc()).limit(1).scalar()


def aged(**values: object) -> None:
    with transaction():
        if values:
            session().execute(update(Delivery).values(**values))
        session().execute(update(Event).values(created_at=clock.real_now() - LONG_AGO))


def test_in_a_quiet_house_nothing_alarms(figures: Figures) -> None:
    seen = figures()
    quiet = {name: value for name, value in seen.items() if value != 0}
    assert quiet == {"exodrive_redis_up": 1}
    assert "exodrive_deliveries failed" in seen
    assert "exodrive_circuit_openings_total paypal" in seen


def test_a_relay_that_is_dead_leaves_what_is_due(figures: Figures) -> None:
    emitted()
    aged(due_at=clock.real_now() - LONG_AGO)
    seen = figures()
    assert seen["exodrive_delivery_overdue_seconds"] >= 600
    assert seen["exodrive_delivery_unclaimed_seconds"] == 0
    assert seen["exodrive_deliveries pending"] == 1


def test_workers_that_are_dead_leave_what_is_handed_out(figures: Figures) -> None:
    emitted()
    with transaction():
        deliveries.due(limit=10)
    aged()
    seen = figures()
    assert seen["exodrive_delivery_unclaimed_seconds"] >= 600
    assert seen["exodrive_delivery_overdue_seconds"] == 0


def test_a_scheduler_that_is_dead_leaves_the_trail_unsealed(figures: Figures) -> None:
    with transaction():
        audit.record("booking.held", subject=("booking", uuid4()), by=SYSTEM, at=clock.now() - LONG_AGO)
    assert figures()["exodrive_sweeps_late_seconds"] >= 600
    with transaction():
        audit.seal()
    assert figures()["exodrive_sweeps_late_seconds"] == 0


def test_what_failed_for_good_stands_with_its_provider(figures: Figures) -> None:
    delivery_id = emitted("contract.wanted")
    with transaction():
        work = deliveries.claim(delivery_id)
        assert work is not None
        deliveries.fail(work, error="422")
    seen = figures()
    assert seen["exodrive_deliveries failed"] == 1
    assert seen["exodrive_provider_deliveries failed docuseal"] == 1
    assert seen["exodrive_provider_deliveries failed paypal"] == 0


def test_a_provider_that_is_away(figures: Figures, settings: Settings) -> None:
    breaker = Breaker("paypal", circuit_store.connect(settings.redis_url))
    for _ in range(FAILURES):
        with pytest.raises(NoAnswer), breaker.guarding():
            raise NoAnswer("paypal answered 503")
    delivery_id = emitted()
    with transaction():
        work = deliveries.claim(delivery_id)
        assert work is not None
        deliveries.wait_out(work, error="paypal answered 503", trouble=Trouble.NO_ANSWER)
    aged(away_since=clock.real_now() - LONG_AGO)
    seen = figures()
    assert seen["exodrive_circuit_open paypal"] == 1
    assert seen["exodrive_circuit_openings_total paypal"] == 1
    assert seen["exodrive_provider_down paypal away"] == 1
    assert seen["exodrive_provider_down_seconds paypal"] >= 600
    assert seen["exodrive_provider_deliveries held_up paypal"] == 1
    assert seen["exodrive_provider_down docuseal away"] == 0


def test_keys_that_are_not_taken(figures: Figures) -> None:
    delivery_id = emitted("message.queued")
    with transaction():
        work = deliveries.claim(delivery_id)
        assert work is not None
        deliveries.wait_out(work, error="resend answered 401", trouble=Trouble.KEYS)
    seen = figures()
    assert (seen["exodrive_provider_down resend keys"], seen["exodrive_circuit_open resend"]) == (1, 0)


def test_messages_that_nobody_reads(figures: Figures) -> None:
    with transaction():
        inbox.store(
            provider="paypal", event_key="WH-1", event_type="PAYMENT.CAPTURE.COMPLETED", headers={},
            body=b"{}", verified=True, at=clock.real_now(),
        )  # fmt: skip
    aged()
    with transaction():
        session().execute(update(InboxMessage).values(received_at=clock.real_now() - LONG_AGO))
    seen = figures()
    assert seen["exodrive_inbox_waiting"] == 1
    assert seen["exodrive_inbox_oldest_seconds"] >= 600
    assert seen["exodrive_inbox_last_seconds paypal"] >= 600


def test_without_redis(figures: Figures, app: Flask, settings: Settings) -> None:
    try:
        circuits.use_redis(f"redis://{faulty.dead_address().removeprefix('http://')}/0")
        seen = figures()
        assert seen["exodrive_redis_up"] == 0
        assert "exodrive_circuit_open paypal" not in seen  # nobody knows
        assert app.test_client().get("/readyz").json == {"status": "ready", "redis": "away"}
    finally:
        circuits.use_redis(settings.redis_url)
    assert app.test_client().get("/readyz").json == {"status": "ready", "redis": "up"}


def test_who_asks_often_is_given_the_same_page(figures: Figures, app: Flask) -> None:
    before = figures()
    app.config[gauges.AGE] = 60
    emitted()
    assert figures() == before
    app.config[gauges.AGE] = 0
    assert figures() != before
