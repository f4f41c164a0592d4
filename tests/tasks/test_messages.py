"""Letters: each written once, sent once, and what became of it known."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from exodrive.bookings import queries
from exodrive.bookings.models import Attention
from exodrive.bookings.reservation import holding
from exodrive.kernel import clock, deliveries, outbox, queue
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.outbox import Delivery
from exodrive.notifications import messages
from exodrive.notifications.models import Message, MessageState
from exodrive.tasks import work
from exodrive.tasks.messages import OCCASIONS
from exodrive.tasks.routes import LETTER, ROUTES
from tests import rental
from tests.drain import drain
from tests.tasks import reports, steps
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def all_of(booking_id: UUID) -> list[Message]:
    with transaction():
        return messages.of_booking(booking_id)


def test_every_event_that_calls_for_a_letter_has_one() -> None:
    assert {event for event, routes in ROUTES.items() if LETTER in routes} == set(OCCASIONS)


def test_an_event_that_is_delivered_twice_is_one_letter(wire: Wire) -> None:
    booking_id = steps.ordered()
    with transaction():
        outbox.emit("booking.ordered", subject_id=booking_id, booking_id=str(booking_id))
    assert drain() == ["messages.write"]
    assert [row.template for row in all_of(booking_id)] == ["booking_received"]
    assert len(wire.calls("POST", "/emails")) == 1


def test_a_letter_that_was_sent_is_not_sent_again(wire: Wire) -> None:
    booking_id = steps.ordered()
    (letter,) = all_of(booking_id)
    with transaction():
        outbox.emit(messages.QUEUED, subject_id=booking_id, message_id=str(letter.id))
    assert drain() == ["messages.send"]
    assert len(wire.calls("POST", "/emails")) == 1


def test_a_hold_that_nobody_ordered_has_nobody_to_write_to(wire: Wire) -> None:
    booking_id = rental.hold()
    with transaction():
        holding.give_up(booking_id, at=clock.now())
    assert sorted(drain()) == ["bookings.unwind", "messages.write"]
    assert all_of(booking_id) == []


def test_a_refused_letter_is_failed_at_once_and_can_be_sent_by_hand(wire: Wire) -> None:
    booking_id = steps.ordered()
    (letter,) = all_of(booking_id)
    with transaction():
        row = session().get(Message, letter.id)
        assert row is not None
        row.provider_id, row.state, row.to_email, row.key = None, MessageState.QUEUED, "nobody", "again/1"
        outbox.emit(messages.QUEUED, subject_id=booking_id, message_id=str(row.id))
    drain()
    assert all_of(booking_id)[0].state == "failed"
    with transaction():
        failed = session().scalars(select(Delivery).where(Delivery.state == "failed")).one()
        row = session().get(Message, letter.id)
        assert row is not None
        row.to_email, row.key = "maya@okafor.example", "again/2"  # the address was put right
        queue.retry(failed.id, by=rental.AGENT, at=clock.now())
    drain()
    (sent,) = all_of(booking_id)
    assert (sent.state, sent.note) == ("sent", None)


@pytest.mark.parametrize(
    ("reported", "state"),
    [
        (("delivered", "sent"), "delivered"),
        (("opened", "delivered", "sent"), "opened"),
        (("delivery_delayed", "delivered"), "delivered"),
        (("bounced", "delivered", "opened"), "bounced"),
        (("complained", "bounced"), "complained"),
        (("clicked",), "opened"),
        (("something_new",), "sent"),
    ],
)
def test_reports_in_any_order_lead_to_the_furthest_state(
    wire: Wire, reported: tuple[str, ...], state: str
) -> None:
    booking_id = steps.ordered()
    (letter,) = all_of(booking_id)
    for event in reported:
        with transaction():
            assert messages.reported(letter.provider_id or "", event, at=clock.now()) is not None
    assert all_of(booking_id)[0].state == state


def test_a_bounce_is_not_lost_though_the_worker_died_before_it_had_noted_what_was_sent(wire: Wire) -> None:
    booking_id = steps.ordered()
    (letter,) = all_of(booking_id)
    provider_id = letter.provider_id
    (sent,) = wire.calls("POST", "/emails")
    tags = {tag["name"]: tag["value"] for tag in json.loads(sent.body)["tags"]}
    with transaction():
        row = session().get_one(Message, letter.id)
        row.provider_id, row.sent_at, row.state = None, None, MessageState.QUEUED
        outbox.emit(messages.QUEUED, subject_id=booking_id, message_id=str(letter.id))
    data = {"email_id": provider_id, "tags": tags}
    reports.keep("email.bounced", {"type": "email.bounced", "data": data}, provider="resend")
    with transaction():
        # As after a long night in which no worker ran.
        session().execute(update(InboxMessage).values(received_at=clock.real_now() - timedelta(hours=9)))
    done = drain()
    assert (done.count("webhooks.process"), done.count("messages.bounced")) == (1, 1)
    (found,) = all_of(booking_id)
    assert (found.state, found.provider_id) == (MessageState.BOUNCED, provider_id)
    assert found.sent_at is not None
    with transaction():
        assert queries.by_id(booking_id).attention == Attention.MAIL_BOUNCED


@pytest.mark.parametrize(
    "mark", ["", "no mark", "\N{SNOWMAN}", "A" * 300, messages.mark("booking_received/7"), 7, None]
)
def test_a_report_of_somebody_elses_mail_changes_nothing(wire: Wire, mark: object) -> None:
    booking_id = steps.ordered()
    before = [(row.state, row.provider_id) for row in all_of(booking_id)]
    event = {"type": "email.bounced", "data": {"email_id": "theirs", "tags": {"message": mark}}}
    message_id = reports.keep("email.bounced", event, provider="resend")
    with transaction():
        session().execute(update(InboxMessage).values(received_at=clock.real_now() - timedelta(hours=9)))
    drain()
    assert [(row.state, row.provider_id) for row in all_of(booking_id)] == before
    with transaction():
        assert session().get_one(InboxMessage, message_id).state == "ignored"


def test_a_refusal_of_a_deed_without_its_own_answer_to_it_is_failed(wire: Wire) -> None:
    """As when the signing provider refuses our key: trying again cannot help, a person has to look."""

    def refused(taken: deliveries.Work) -> None:
        raise GatewayRejected("not_authenticated", status=401)

    booking_id = rental.hold()
    rental.order(booking_id)
    with transaction():
        waiting = session().scalars(select(Delivery.id).where(Delivery.actor == "messages.write")).one()
    deed = work.DEEDS["messages.write"]
    work.DEEDS["messages.write"] = (refused, deed[1])
    try:
        work.perform("messages.write", waiting)
    finally:
        work.DEEDS["messages.write"] = deed
    with transaction():
        row = session().get(Delivery, waiting)
        assert row is not None
        assert (row.state, row.last_error) == ("failed", "refused: not_authenticated: not_authenticated")
