"""What the first ExoDrive got wrong, by number: those that show between the house and the outside."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from flask import Flask
from sqlalchemy import func, select

from exodrive.app import create_app
from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import CarTaken
from exodrive.config import Settings
from exodrive.contracts import issuing
from exodrive.contracts.states import STEP_OF
from exodrive.fleet import queries as fleet
from exodrive.kernel import clock, contention
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.inbox import InboxMessage
from exodrive.payments.states import Purpose
from exodrive.tasks import webhooks
from tests import rental
from tests.drain import drain, hurry
from tests.providers import faulty
from tests.providers.faulty import Faulty
from tests.tasks import steps
from tests.tasks.reports import Post, approved_unseen, keep, stored
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def test_old_fault_1_a_lock_is_given_back_by_its_owner_alone(settings: Settings) -> None:
    contention.use_redis(settings.redis_url)
    client = redis.Redis.from_url(settings.redis_url)
    car_id = uuid4()
    name = f"lock:car:{car_id}"  # the car alone: overlapping dates meet at the same lock
    with contention.car_lock(car_id):
        assert client.get(name) is not None
        client.set(name, "somebody else's, after ours ran out")
    assert client.get(name) == b"somebody else's, after ours ran out"
    client.delete(name)
    client.close()


def test_old_fault_1_without_redis_nobody_books_twice(settings: Settings) -> None:
    """It ran unlocked then; here the database decides, with or without."""
    contention.use_redis(f"redis://{faulty.dead_address().removeprefix('http://')}/0")
    try:
        with transaction():
            car_id = fleet.car("aurelia-gt").id
        with contention.car_lock(car_id):
            first = rental.hold()
        with contention.car_lock(car_id), pytest.raises(CarTaken):
            rental.hold()
    finally:
        contention.use_redis(settings.redis_url)
    assert rental.state(first) == "held"
    with transaction():
        assert session().scalar(select(func.count()).select_from(Occupancy)) == 1


def test_old_fault_3_a_repeated_call_carries_the_same_key(wire: Wire) -> None:
    """Every id held the time of day, so that a retry could charge twice."""
    wire.lose("POST", "/v2/checkout/orders")
    booking_id = rental.hold()
    rental.order(booking_id)
    for hours in (0, 1, 2):
        with clock.frozen(clock.real_now() + timedelta(hours=hours)):
            drain()
            hurry()
    calls = wire.calls("POST", "/v2/checkout/orders")
    assert len(calls) == 2
    assert len({call.key for call in calls}) == 1


def test_old_fault_4_a_genuine_message_with_its_iso_time_is_accepted(post: Post, postbox: Faulty) -> None:
    booking_id, message = approved_unseen(postbox)
    assert "T" in message.headers["paypal-transmission-time"]
    assert post(message) == 200
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_old_fault_4_a_message_counts_as_seen_when_it_is_worked_on_and_not_before(
    post: Post,
    postbox: Faulty,
    wire: Wire,
) -> None:
    """A worker that fails leaves the message where it was, and it is worked on again."""
    booking_id, message = approved_unseen(postbox)
    assert post(message) == 200
    handler = webhooks.HANDLERS["paypal"]

    def broken(event: object, event_type: str) -> str:
        raise RuntimeError("killed")

    webhooks.HANDLERS["paypal"] = broken  # type: ignore[assignment]
    try:
        drain()
    finally:
        webhooks.HANDLERS["paypal"] = handler
    assert stored()[0][1] == "received"
    assert rental.state(booking_id) == "awaiting_payment"
    hurry()
    drain()
    assert stored()[0][1] == "processed"
    assert rental.state(booking_id) == "awaiting_signature"


def test_old_fault_4_a_message_about_something_unknown_is_kept() -> None:
    """It was answered 200 and dropped."""
    keep("PAYMENT.CAPTURE.COMPLETED", {"resource": {"id": "FOREIGN"}})
    drain(rounds=3)
    with transaction():
        kept = session().scalars(select(InboxMessage)).one()
        assert json.loads(kept.body) == {"resource": {"id": "FOREIGN"}}


def test_old_fault_5_without_a_secret_no_message_is_accepted(settings: Settings) -> None:
    bare = replace(
        settings,
        docuseal=replace(settings.docuseal, webhook_secret=""),
        resend=replace(settings.resend, webhook_secret=""),
        paypal=replace(settings.paypal, webhook_id=""),
    )
    app = create_app(bare)
    client = app.test_client()
    for provider in ("paypal", "docuseal", "resend"):
        assert client.post(f"/webhooks/{provider}", json={"id": "1", "event_type": "x"}).status_code == 404
    with app.app_context():
        db.engine.dispose()


def test_old_fault_5_the_words_we_wait_for_are_the_providers_own(wire: Wire) -> None:
    """It expected events that do not exist. Here each word of the table is one that DocuSeal says."""
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    assert set(STEP_OF) == {"opened", "completed", "declined", "expired", "archived"}
    with transaction():
        issuing.signer_returned(booking_id)
    drain()
    assert rental.state(booking_id) == "confirmed"


def test_old_fault_9_a_capture_is_nobodys_to_order_from_outside(house: Flask, wire: Wire) -> None:
    """It could be started by anyone when its secret was unset: there is no such address at all."""
    booking_id = steps.confirmed()
    rules = [str(rule) for rule in house.url_map.iter_rules()]
    assert not [rule for rule in rules if "cron" in rule or "scheduled" in rule or "sweep" in rule]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"
