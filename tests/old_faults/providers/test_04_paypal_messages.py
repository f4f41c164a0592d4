"""4: every genuine message of PayPal's was refused, its repetition as well, and what was left was dropped."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from exodrive.config import Settings
from exodrive.kernel.db import session, transaction
from exodrive.kernel.inbox import InboxMessage
from exodrive.tasks import webhooks
from tests import rental
from tests.drain import drain, hurry
from tests.providers.faulty import Faulty
from tests.tasks import pens
from tests.tasks.reports import Post, approved_unseen, stored
from tests.tasks.test_webhook_types import come_to_rest

pytestmark = pytest.mark.usefixtures("house")


def test_a_genuine_message_with_its_iso_time_is_accepted(post: Post, postbox: Faulty) -> None:
    """The time in the headers was read as a number, which it never is."""
    booking_id, message = approved_unseen(postbox)
    assert "T" in message.headers["paypal-transmission-time"]
    assert post(message) == 200
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_a_message_counts_as_seen_when_it_was_worked_on_and_not_before(post: Post, postbox: Faulty) -> None:
    """It was marked first: when the work failed, PayPal's repetition was refused as known."""
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


def test_a_repeated_message_is_answered_well_and_acted_on_once(post: Post, postbox: Faulty) -> None:
    booking_id, message = approved_unseen(postbox)
    for _ in range(3):
        assert post(message) == 200
        drain()
    assert [state for _, state in stored()].count("processed") == 1
    assert rental.state(booking_id) == "awaiting_signature"


def test_a_message_about_something_unknown_is_kept_and_says_so(post: Post, settings: Settings) -> None:
    """It was answered 200 and dropped: nobody ever learned of that money."""
    pen = pens.of(settings)
    with transaction():
        pen.hand_over_certificate()
    event = {"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "FOREIGN"}}
    assert post(pen.write("paypal", event)) == 200
    come_to_rest()
    with transaction():
        kept = session().scalars(select(InboxMessage)).one()
        assert json.loads(kept.body) == event
        assert (kept.state, kept.note) == ("ignored", "about nothing that this house has a record of")
