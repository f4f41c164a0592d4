"""What providers report: stored once, believed only when proved, and never believed for what it says."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.bookings import queries
from exodrive.contracts import issuing
from exodrive.kernel import clock, deliveries, inbox, replaying
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from tests import rental
from tests.drain import drain, hurry, troubles
from tests.providers.faulty import Faulty, Received
from tests.tasks import steps
from tests.tasks.reports import Post, approved_unseen, arrived, keep, stored


def test_a_genuine_message_leads_to_a_reading_and_the_booking_goes_on(post: Post, postbox: Faulty) -> None:
    booking_id, message = approved_unseen(postbox)
    assert post(message) == 200
    assert stored() == [("CHECKOUT.ORDER.APPROVED", "unverified")]  # its certificate is not at hand yet
    assert rental.state(booking_id) == "awaiting_payment"
    drain()
    assert stored()[0] == ("CHECKOUT.ORDER.APPROVED", "processed")
    assert rental.state(booking_id) == "awaiting_signature"
    next_one = arrived(postbox, "/paypal", "PAYMENT.AUTHORIZATION.CREATED", _authorization(booking_id))
    assert post(next_one) == 200
    assert stored()[1] == ("PAYMENT.AUTHORIZATION.CREATED", "received")  # proved by the kept certificate
    drain()
    assert troubles() == []


def _authorization(booking_id: UUID) -> str:
    with transaction():
        (held,) = tree.authorizations(tree.of_booking(booking_id)[Purpose.RENTAL])
        return held.paypal_id


def test_a_repeated_message_is_stored_and_acted_on_once(post: Post, postbox: Faulty) -> None:
    booking_id, message = approved_unseen(postbox)
    for _ in range(2):
        assert post(message) == 200
    drain()
    assert post(message) == 200  # under its own id by now
    drain()
    assert [state for _, state in stored()].count("processed") == 1
    assert len(steps.operations(booking_id)) == 2


def test_a_tampered_message_is_refused_at_the_door_or_by_the_worker(post: Post, postbox: Faulty) -> None:
    booking_id, message = approved_unseen(postbox)
    tampered = message.body.replace(b"APPROVED", b"REJECTED")
    assert post(message, body=tampered) == 200  # nothing to check it by: kept, and not believed
    drain()
    assert stored() == [("CHECKOUT.ORDER.REJECTED", "refused")]
    assert rental.state(booking_id) == "awaiting_payment"
    assert post(message, body=tampered) == 401  # the certificate is at hand now
    assert post(message) == 200
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_a_forged_message_does_not_stand_in_a_genuine_ones_place(post: Post, postbox: Faulty) -> None:
    """Somebody who guessed the event's id was first."""
    booking_id, message = approved_unseen(postbox)
    forged = json.dumps({**json.loads(message.body), "resource": {"id": "NOTHING"}}).encode()
    assert post(message, body=forged) == 200
    assert post(message) == 200
    drain()
    assert sorted(state for _, state in stored()) == ["processed", "refused"]
    assert rental.state(booking_id) == "awaiting_signature"


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"\xff\xfe"])
@pytest.mark.usefixtures("house")
def test_what_is_no_message_is_not_stored(post: Post, body: bytes) -> None:
    for path in ("/paypal", "/docuseal", "/resend"):
        assert post(Received("POST", path, {}, b"{}"), body=body) == 400
    assert stored() == []


@pytest.mark.usefixtures("house")
def test_without_a_signature_nothing_is_believed(post: Post) -> None:
    for path in ("/paypal", "/docuseal", "/resend"):
        body = json.dumps({"id": "WH-1", "event_type": "x", "type": "x", "timestamp": "2026-01-01"}).encode()
        assert post(Received("POST", path, {"svix-id": "msg_1"}, body)) == 401
    assert stored() == []


@pytest.mark.parametrize(
    ("provider", "event_type"),
    [
        ("paypal", "CUSTOMER.DISPUTE.CREATED"),
        ("paypal", "BILLING.PLAN.CREATED"),
        ("docuseal", "template.created"),
        ("resend", "contact.created"),
    ],
)
@pytest.mark.usefixtures("house")
def test_an_unknown_type_is_kept_and_asks_for_nothing(provider: str, event_type: str) -> None:
    keep(event_type, {"resource": {"id": "X"}, "data": {"id": 1}}, provider=provider)
    assert drain() == ["webhooks.process"]
    assert stored() == [(event_type, "ignored")]
    assert troubles() == []


@pytest.mark.parametrize(
    ("provider", "event_type", "event"),
    [
        ("paypal", "PAYMENT.CAPTURE.COMPLETED", {"resource": {"id": "FOREIGN"}}),
        ("docuseal", "form.completed", {"data": {"submission_id": 999, "external_id": "other-1"}}),
        ("resend", "email.delivered", {"data": {"email_id": "49a3"}}),
    ],
)
@pytest.mark.usefixtures("house")
def test_what_is_about_nothing_of_ours_is_looked_for_a_while_and_then_kept(
    provider: str, event_type: str, event: dict[str, Any]
) -> None:
    """It may be a moment ahead of the answer that tells us the id; it never ends as a failure."""
    message_id = keep(event_type, event, provider=provider)
    for _ in range(deliveries.MAX_ATTEMPTS + 3):
        hurry()
        drain(rounds=2)
    assert stored() == [(event_type, "received")]
    with transaction():
        assert session().scalars(select(Delivery.state)).one() == "pending"
        inbox.lock(message_id).received_at = clock.real_now() - timedelta(minutes=2, seconds=1)
    hurry()
    drain()
    assert stored() == [(event_type, "ignored")]
    assert troubles() == []


@pytest.mark.usefixtures("house")
def test_a_kept_message_can_be_processed_again() -> None:
    message_id = keep("CUSTOMER.DISPUTE.CREATED", {})
    drain()
    with transaction():
        replaying.begin_again(inbox.lock(message_id))
    assert drain() == ["webhooks.process"]
    assert stored() == [("CUSTOMER.DISPUTE.CREATED", "ignored")]


def picture(booking_id: UUID) -> tuple[Any, ...]:
    """All of a booking that a message could have changed."""
    with transaction():
        booking = queries.by_id(booking_id)
        found = tree.of_booking(booking_id)
        contract = issuing.latest(booking_id)
        return (
            booking.state,
            booking.attention,
            {purpose: (row.state, tree.captured(row), len(row.operations)) for purpose, row in found.items()},
            contract.state if contract else None,
            sorted((row.template, row.to_email) for row in messages.of_booking(booking_id)),
        )


def test_the_whole_log_shuffled_and_doubled_changes_nothing(post: Post, postbox: Faulty) -> None:
    before = len(postbox.received)
    booking_id = steps.confirmed(days_ahead=3)
    steps.deposit_held(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id)
    rental.settle(booking_id)
    drain()
    end = picture(booking_id)
    assert end[0] == "closed"
    with transaction():
        deposit = tree.of_booking(booking_id)[Purpose.DEPOSIT]
        last = next(iter(tree.authorizations(deposit))).paypal_id
    arrived(postbox, "/paypal", "PAYMENT.AUTHORIZATION.VOIDED", last)
    log = [message for message in postbox.received[before:] if message.path != "/resend"] * 2
    assert len(log) > 10
    random.Random(7).shuffle(log)
    for message in log:
        assert post(message) == 200
        if random.Random(len(log)).random() < 0.3:
            drain()
    drain()
    assert picture(booking_id) == end
    assert troubles() == []


def test_messages_alone_carry_a_rental_to_its_confirmation(post: Post, postbox: Faulty) -> None:
    """Nobody comes back from PayPal or DocuSeal; the messages arrive in the wrong order."""
    booking_id, approved = approved_unseen(postbox)
    post(approved)
    drain()
    url = steps.sign_url(booking_id)
    rental.sign(url)
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        mark = contract.external_id
    completed = arrived(postbox, "/docuseal", "form.completed", mark)
    viewed = arrived(postbox, "/docuseal", "form.viewed", mark)
    for message in (completed, viewed, completed):
        assert post(message) == 200
    drain()
    assert rental.state(booking_id) == "confirmed"
    assert post(approved) == 200
    drain()
    assert rental.state(booking_id) == "confirmed"


def test_a_bounce_flags_the_customer_and_the_booking(post: Post, postbox: Faulty) -> None:
    booking_id = rental.hold()
    rental.order(booking_id, driver=rental.renter(email="bounced@okafor.example"))
    drain()
    with transaction():
        (letter,) = messages.of_booking(booking_id)
        assert letter.provider_id is not None
        provider_id = letter.provider_id
    bounced = arrived(postbox, "/resend", "email.bounced", provider_id)
    sent = arrived(postbox, "/resend", "email.sent", provider_id)
    for message in (bounced, sent, bounced):  # a late `sent` does not hide the bounce
        assert post(message) == 200
    drain()
    with transaction():
        (letter,) = messages.of_booking(booking_id)
        booking = queries.by_id(booking_id)
        assert (letter.state, booking.attention) == ("bounced", "mail_bounced")
        assert booking.customer is not None
        assert booking.customer.email_bounced_at is not None
