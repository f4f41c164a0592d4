"""From PostgreSQL to the queue and back: whatever happens between, nothing promised is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError as BrokerAway
from flask import Flask
from sqlalchemy import select

from exodrive.config import Settings
from exodrive.kernel import clock, deliveries, outbox
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery, DeliveryState, UnroutedEvent
from exodrive.tasks import broker as queue
from exodrive.tasks import relay, work
from exodrive.tasks.routes import QUEUES, ROUTES
from tests import rental
from tests.providers import faulty

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def valkey(settings: Settings) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(settings.redis_url)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def broker(settings: Settings, valkey: redis.Redis) -> Iterator[RedisBroker]:
    made = queue.make(settings.redis_url)
    for name in QUEUES:
        made.declare_queue(name)
    yield made
    made.close()


def rows() -> dict[str, str]:
    """Each actor's delivery with its state."""
    with transaction():
        return {row.actor: row.state for row in session().scalars(select(Delivery))}


def queued(valkey: redis.Redis) -> int:
    return sum(int(valkey.llen(f"dramatiq:{name}")) for name in QUEUES)  # type: ignore[arg-type]


def time_passes() -> None:
    with transaction():
        for row in session().scalars(select(Delivery).where(Delivery.state.in_(outbox.OPEN))):
            row.due_at = clock.real_now() - timedelta(seconds=1)


@pytest.fixture
def ordered(house: Flask) -> UUID:
    """A booking that promises a PayPal order and a letter."""
    booking_id = rental.hold()
    rental.order(booking_id)
    return booking_id


def test_what_is_due_is_handed_over_once(ordered: UUID, broker: RedisBroker, valkey: redis.Redis) -> None:
    assert relay.dispatch(broker) == 2
    assert relay.dispatch(broker) == 0
    assert queued(valkey) == 2
    assert rows() == {"messages.write": "dispatched", "payments.perform": "dispatched"}
    with transaction():
        wait = deliveries.next_due_in()
    assert wait is not None
    assert timedelta(seconds=20) < wait <= deliveries.DISPATCH_GRACE


def test_an_emptied_queue_loses_nothing(ordered: UUID, broker: RedisBroker, valkey: redis.Redis) -> None:
    relay.dispatch(broker)
    valkey.flushdb()
    time_passes()
    assert relay.dispatch(broker) == 2
    assert queued(valkey) == 2


def test_without_the_queue_all_waits_and_nothing_is_marked_as_handed_over(
    ordered: UUID, settings: Settings
) -> None:
    away = queue.make(f"redis://{faulty.dead_address().removeprefix('http://')}/0")
    with pytest.raises((BrokerAway, redis.RedisError)):
        relay.dispatch(away)
    assert set(rows().values()) == {"pending"}
    away.close()


def test_a_message_that_comes_twice_is_worked_on_once(ordered: UUID, broker: RedisBroker) -> None:
    with transaction():
        batch = deliveries.due(limit=10)
    for _ in range(2):
        for delivery_id, actor, _queue in batch:
            work.perform(actor, delivery_id)
    assert {state for actor, state in rows().items() if actor in ("messages.write", "payments.perform")} == {
        "done"
    }
    with transaction():
        assert {row.attempts for row in session().scalars(select(Delivery).where(Delivery.fence > 0))} == {1}


def test_what_a_dead_worker_had_is_handed_out_again_when_its_lease_ends(
    ordered: UUID, broker: RedisBroker
) -> None:
    with transaction():
        (first, *_) = deliveries.due(limit=1)
    with transaction():
        assert deliveries.claim(first[0]) is not None
    with transaction():
        assert first not in deliveries.due(limit=10)
    time_passes()
    with transaction():
        assert first in deliveries.due(limit=10)


def test_waits_grow_and_end(ordered: UUID) -> None:
    for attempts, longest in ((1, 1), (2, 2), (5, 16), (40, 600)):
        waits = [deliveries.backoff(attempts).total_seconds() for _ in range(20)]
        assert longest / 2 <= min(waits) <= max(waits) <= longest
    with transaction():
        (found, *_) = deliveries.due(limit=1)
    with transaction():
        taken = deliveries.claim(found[0])
        assert taken is not None
        deliveries.retry(replace(taken, attempts=deliveries.MAX_ATTEMPTS), error="it does not work")
    with transaction():
        row = session().get(Delivery, found[0])
        assert row is not None
        assert (row.state, row.last_error) == (DeliveryState.FAILED, "it does not work")
        assert found not in deliveries.due(limit=10)


def test_an_outage_is_waited_out_for_a_minute_at_most() -> None:
    for outages, longest in ((1, 1), (3, 4), (7, 60), (5000, 60)):
        waits = [deliveries.outage_wait(outages, after=None).total_seconds() for _ in range(20)]
        assert longest / 2 <= min(waits) <= max(waits) <= longest
    asked = timedelta(seconds=30)
    waits = [deliveries.outage_wait(9, after=asked).total_seconds() for _ in range(200)]
    assert 30 < min(waits) < 50 < max(waits) <= 60, "never before what was asked for, and not all at once"


def test_outages_leave_all_attempts_for_faults_of_ours(ordered: UUID) -> None:
    with transaction():
        (found, *_) = deliveries.due(limit=1)
    for outages in range(4):
        with transaction():
            taken = deliveries.claim(found[0])
            assert taken is not None
            assert (taken.attempts, taken.outages) == (1, outages)
            deliveries.wait_out(taken, error="paypal answered 503")
    with transaction():
        taken = deliveries.claim(found[0])
        assert taken is not None
        deliveries.retry(taken, error="it does not work")
    with transaction():
        row = session().get(Delivery, found[0])
        assert row is not None
        assert (row.attempts, row.outages, row.away_since) == (1, 4, None)


def test_what_no_worker_survives_is_given_up(ordered: UUID) -> None:
    with transaction():
        (found, *_) = deliveries.due(limit=1)
    for _ in range(deliveries.MAX_ATTEMPTS):
        with transaction():
            assert deliveries.claim(found[0]) is not None
        time_passes()  # its worker died: the lease ends
    with transaction():
        assert deliveries.claim(found[0]) is None
    with transaction():
        row = session().get(Delivery, found[0])
        assert row is not None
        assert (row.state, row.last_error) == (DeliveryState.FAILED, deliveries.DIED)


def test_an_event_that_nobody_routes_is_refused() -> None:
    with pytest.raises(UnroutedEvent), transaction():
        outbox.emit("booking.forgotten")


def test_every_route_leads_to_a_deed_and_every_deed_is_on_a_queue_that_is_served() -> None:
    routed = {route.actor: route.queue for routes in ROUTES.values() for route in routes}
    assert routed == {name: queue_name for name, (_, queue_name) in work.DEEDS.items()}
    assert set(routed.values()) <= set(QUEUES)


def test_a_fault_in_a_deed_is_tried_again_and_kept_for_staff(ordered: UUID, wire: object) -> None:
    """The event names a booking that is not there: our own fault, which no provider can mend."""
    with transaction():
        event = session().scalars(select(Delivery).where(Delivery.actor == "messages.write")).one().event_id
        row = session().get(outbox.Event, event)
        assert row is not None
        row.payload = {"booking_id": str(UUID(int=0))}
    with transaction():
        batch = [row for row in deliveries.due(limit=10) if row[1] == "messages.write"]
    for delivery_id, actor, _queue in batch:
        work.perform(actor, delivery_id)
    with transaction():
        delivery = session().scalars(select(Delivery).where(Delivery.actor == "messages.write")).one()
        assert delivery.state == DeliveryState.PENDING
        assert delivery.due_at > clock.real_now()
        assert delivery.last_error
