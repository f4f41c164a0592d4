"""The relay: hands due deliveries from PostgreSQL to the queue, woken by NOTIFY.

It may be killed at any moment, run in any number, and lose either connection: what it has not handed over is
still pending, and what was handed over and not done comes due again.
"""

from __future__ import annotations

import signal
import threading
import time

import psycopg
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError as BrokerAway
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from exodrive.kernel import deliveries, failpoints
from exodrive.kernel.db import db, transaction
from exodrive.kernel.failpoints import Place
from exodrive.kernel.outbox import CHANNEL
from exodrive.tasks import broker as queue

log = structlog.get_logger(__name__)

BATCH = 100
SHORTEST_SLEEP = 0.1  # seconds; what is due and locked by somebody cannot be handed over yet
LONGEST_SLEEP = 1.0  # seconds; also how late a lost NOTIFY is made good, and a wish to stop is heard
PAUSE_AFTER_FAULT = 1.0


def run(app: Flask) -> None:
    """Relay until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = app.config["SETTINGS"]
    broker = queue.make(settings.redis_url)
    log.info("relay started")
    while not stop.is_set():
        try:
            _listen(app, broker, stop, settings.database_url)
        except (psycopg.OperationalError, DBAPIError) as error:
            log.warning("database away", error=type(error).__name__)
            stop.wait(PAUSE_AFTER_FAULT)
    log.info("relay stopped")


def _listen(app: Flask, broker: RedisBroker, stop: threading.Event, url: str) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
        connection.execute(f'LISTEN "{CHANNEL}"')
        while not stop.is_set():
            sleep = _relay_due(app, broker)
            # Returns at the first notification, or when the next delivery falls due.
            for _ in connection.notifies(timeout=min(sleep, LONGEST_SLEEP), stop_after=1):
                pass


def _relay_due(app: Flask, broker: RedisBroker) -> float:
    """Hand over everything that is due; returns the seconds until more will be."""
    while True:
        with app.app_context():
            try:
                full = dispatch(broker) == BATCH
                if not full:
                    with transaction():
                        following = deliveries.next_due_in()
                    if following is None:
                        return LONGEST_SLEEP
                    return max(following.total_seconds(), SHORTEST_SLEEP)
            except (BrokerAway, redis.RedisError) as error:
                # The transaction was rolled back: the deliveries are as they were.
                log.warning("queue away", error=type(error).__name__)
                time.sleep(PAUSE_AFTER_FAULT)
                return PAUSE_AFTER_FAULT
            finally:
                db.session.remove()


def dispatch(broker: RedisBroker) -> int:
    """Mark one batch as dispatched, then enqueue it.

    In this order, since a worker that is faster than our commit would find the row locked. What could not be
    enqueued becomes pending again; where even that fails, it comes due by itself.
    """
    with transaction():
        batch = deliveries.due(limit=BATCH)
    if batch:
        failpoints.reach(Place.RELAY_CLAIMED)
    try:
        for delivery_id, actor, name in batch:
            broker.enqueue(queue.message(delivery_id, actor, name))
            failpoints.reach(Place.RELAY_ENQUEUED)
    except (BrokerAway, redis.RedisError):
        with transaction():
            deliveries.take_back([delivery_id for delivery_id, _, _ in batch])
        raise
    return len(batch)
