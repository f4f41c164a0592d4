"""Photos of papers: sent, looked at, asked for again, and deleted by the rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.bookings import cancelling, queries
from exodrive.bookings.reservation import papers
from exodrive.bookings.reservation.papers import PaperNotFound, PapersClosed
from exodrive.bookings.reservation.reservation_models import DriverPaper, PaperKind, PaperState
from exodrive.kernel import audit
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery, Event
from exodrive.storage import files
from exodrive.storage.files import FileNotFound
from exodrive.tasks import files as erasing  # noqa: F401  its actor is registered by its import
from exodrive.tasks import sweeps, work
from tests import paper, rental
from tests.domain.bookings.test_ordering import order

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def booking_id() -> UUID:
    return paper.awaiting_signature()


def send(
    booking_id: UUID, kind: PaperKind = PaperKind.LICENCE_FRONT, *, at: datetime, position: int = 0
) -> DriverPaper:
    with transaction():
        kept = files.keep(b"sealed", folder="papers", name="x", media_type="application/octet-stream", at=at)
        return papers.send(
            booking_id, position=position, kind=kind, file_id=kept.id, media_type="image/jpeg", at=at
        )


def trail(booking_id: UUID) -> list[str]:
    return [entry.action for entry in audit.trail(booking_id) if entry.action.startswith("paper.")]


def test_what_a_renter_is_asked_for(booking_id: UUID, at: datetime) -> None:
    send(booking_id, PaperKind.INSURANCE, at=at)
    rows = papers.wanted(queries.by_id(booking_id))
    assert [(row.kind, row.paper is not None) for row in rows] == [
        ("licence_front", False),
        ("licence_back", False),
        ("insurance", True),
    ]


def test_another_photo_takes_the_place_of_the_first_which_is_gone_for_good(
    booking_id: UUID, at: datetime
) -> None:
    first = send(booking_id, at=at).file_id
    second = send(booking_id, at=at)
    assert [row.id for row in papers.of_booking(booking_id)] == [second.id]
    assert files.measure(_key(second.file_id)) is not None
    with pytest.raises(FileNotFound):
        files.read(first)


def test_staff_ask_for_another_and_say_why(booking_id: UUID, at: datetime) -> None:
    sent = send(booking_id, at=at)
    for _ in range(2):  # a double click is one mail
        with transaction():
            papers.reject(booking_id, sent.id, reason="Too dark to read.", by=rental.AGENT, at=at)
    assert (sent.state, sent.reason) == (PaperState.REJECTED, "Too dark to read.")
    assert session().query(Event).filter_by(name=papers.REJECTED).count() == 1
    again = send(booking_id, at=at)
    with transaction():
        papers.looked_at(again, by=rental.AGENT, at=at)
        papers.accept(booking_id, again.id, by=rental.AGENT, at=at)
        papers.accept(booking_id, again.id, by=rental.AGENT, at=at)
    assert sorted(trail(booking_id)) == sorted(
        ["paper.sent", "paper.rejected", "paper.sent", "paper.looked_at", "paper.accepted"]
    )


def test_what_was_accepted_is_not_replaced(booking_id: UUID, at: datetime) -> None:
    sent = send(booking_id, at=at)
    with transaction():
        papers.accept(booking_id, sent.id, by=rental.AGENT, at=at)
    with pytest.raises(PapersClosed):
        send(booking_id, at=at)


def test_before_the_payment_none_are_taken(at: datetime) -> None:
    booking_id = rental.hold()
    order(booking_id)
    with pytest.raises(PapersClosed):
        send(booking_id, at=at)


@pytest.mark.parametrize(("position", "kind"), [(1, PaperKind.LICENCE_FRONT), (7, PaperKind.INSURANCE)])
def test_there_is_no_such_driver(booking_id: UUID, position: int, kind: PaperKind, at: datetime) -> None:
    with pytest.raises(PaperNotFound):
        send(booking_id, kind, at=at, position=position)


def test_another_booking_s_paper_is_not_found(booking_id: UUID, at: datetime) -> None:
    sent = send(booking_id, at=at)
    with pytest.raises(PaperNotFound):
        papers.one(rental.hold("calder-brake"), sent.id)


def test_they_are_deleted_thirty_days_after_the_return(booking_id: UUID, at: datetime) -> None:
    sent = send(booking_id, at=at)
    key = _key(sent.file_id)
    end = queries.by_id(booking_id).return_at + timedelta(days=30)
    assert papers.due(at=end - timedelta(minutes=1)) == []
    assert papers.due(at=end) == [booking_id]
    for _ in range(2):
        with transaction():
            papers.forget(booking_id, at=end)
    erase()
    assert (papers.of_booking(booking_id), papers.due(at=end)) == ([], [])
    assert files.measure(key) is None
    assert trail(booking_id) == ["paper.forgotten", "paper.sent"]


def test_where_the_rental_is_off_they_are_deleted_at_once(booking_id: UUID, at: datetime) -> None:
    """No return will come that thirty days could be counted from."""
    key = _key(send(booking_id, at=at).file_id)
    assert papers.due(at=at) == []
    with transaction():
        terms = cancelling.terms(queries.by_id(booking_id), at=at)
        cancelling.cancel(booking_id, agreed_fee=terms.fee, at=at)
    sweeps.forget_papers()
    erase()
    assert papers.of_booking(booking_id) == []
    assert files.measure(key) is None


def erase() -> None:
    """What a worker does after the commit."""
    with transaction():
        waiting = list(session().scalars(select(Delivery.id).where(Delivery.actor == "files.erase")))
    for delivery_id in waiting:
        work.perform("files.erase", delivery_id)


def _key(file_id: UUID) -> str:
    return files.rows([file_id])[file_id].key
