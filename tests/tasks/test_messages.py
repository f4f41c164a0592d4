"""Letters: each written once, sent once, and what became of it known."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.bookings import holding
from exodrive.kernel import clock, deliveries, outbox, queue
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.outbox import Delivery
from exodrive.notifications import messages
from exodrive.notifications.models import Message, MessageState
from exodrive.tasks import work
from exodrive.tasks.messages import OCCASIONS
from exodrive.tasks.routes import LETTER, ROUTES
from tests import rental
from tests.drain import drain
from tests.tasks import steps
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
            assert messages.reported(letter.provider_id or "", event) is not None
    assert all_of(booking_id)[0].state == state


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
