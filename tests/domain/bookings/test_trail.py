"""Each move leaves its trace, and a trace cannot be changed unseen."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import ForeignKey, select, text, update
from sqlalchemy.exc import DBAPIError

from exodrive.bookings import attention, transitions
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.states import EVENTS, Move, State
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import PAYPAL
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.outbox import Event
from exodrive.tasks.routes import ROUTES
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")

COURSE = (
    Move.HOLD, Move.ORDER, Move.AUTHORIZE, Move.SIGN, Move.HAND_OVER, Move.TAKE_BACK, Move.SETTLE,
)  # fmt: skip


def closed() -> UUID:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    return booking_id


def test_every_move_of_a_rental_is_in_the_trail_and_in_the_outbox() -> None:
    booking_id = closed()
    trail = [entry.action for entry in reversed(audit.trail(booking_id)) if entry.action in EVENTS.values()]
    assert trail == [EVENTS[move] for move in COURSE]
    emitted = set(session().scalars(select(Event.name).where(Event.subject_id == booking_id)))
    assert {EVENTS[move] for move in COURSE if ROUTES[EVENTS[move]]} <= emitted


def order_and_fail(booking_id: UUID) -> None:
    with transaction():
        transitions.apply(transitions.lock(booking_id), Move.ORDER, by=rental.AGENT, at=clock.now())
        raise RuntimeError


def test_a_move_that_is_rolled_back_leaves_neither() -> None:
    booking_id = rental.hold()
    with pytest.raises(RuntimeError):
        order_and_fail(booking_id)
    assert rental.state(booking_id) == "held"
    assert [entry.action for entry in audit.trail(booking_id)] == ["booking.held"]
    assert session().scalars(select(Event).where(Event.name == "booking.ordered")).all() == []


def test_a_version_that_was_seen_is_the_version_that_is_changed() -> None:
    booking_id = rental.hold()
    with transaction():
        seen = transitions.lock(booking_id).version
        transitions.note(transitions.lock(booking_id), "note", by=rental.AGENT, at=clock.now())
    with pytest.raises(Stale), transaction():
        transitions.lock(booking_id, version=seen)
    with transaction():
        transitions.lock(booking_id, version=seen + 1)


def test_what_a_provider_reports_refuses_nobodys_page() -> None:
    booking_id = rental.hold()
    with transaction():
        seen = transitions.lock(booking_id).version
        transitions.note(transitions.lock(booking_id), "payment.captured", by=PAYPAL, at=clock.now())
    with transaction():
        transitions.lock(booking_id, version=seen)


def test_what_a_person_has_to_look_at_makes_older_pages_stale() -> None:
    booking_id = rental.hold()
    with transaction():
        booking = transitions.lock(booking_id)
        seen = booking.version
        attention.call_for(booking, Attention.HOLD_LOST)
    with pytest.raises(Stale), transaction():
        transitions.lock(booking_id, version=seen)


def write_state(booking_id: UUID, state: str) -> None:
    with transaction():
        session().execute(update(Booking).where(Booking.id == booking_id).values(state=state))


def test_the_database_knows_every_state_that_the_code_writes_and_no_other() -> None:
    booking_id = rental.hold()
    for state in State:
        write_state(booking_id, state)
    with pytest.raises(DBAPIError):
        write_state(booking_id, "pending_contract")


def chain() -> list[AuditEntry]:
    session().expire_all()
    return list(
        session().scalars(select(AuditEntry).where(AuditEntry.link.is_not(None)).order_by(AuditEntry.link))
    )


def broken_at() -> int | None:
    """The first link whose seal is not that of what it says."""
    before = None
    for entry in chain():
        if entry.seal != audit.digest(entry, before=before):
            return entry.link
        before = entry.seal
    return None


def seal() -> int:
    with transaction():
        return audit.seal()


def test_the_trail_is_sealed_in_a_chain_without_gaps() -> None:
    paper.confirmed()
    first = seal()
    assert first > 0
    assert seal() == 0
    rental.hold("calder-brake")
    second = seal()
    assert [entry.link for entry in chain()] == list(range(1, first + second + 1))
    assert broken_at() is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET reason = 'asked to' WHERE link = 2",
        "UPDATE audit_entries SET data = '{}' WHERE link = 2",
        "UPDATE audit_entries SET actor_name = 'Nobody' WHERE link = 2",
        "UPDATE audit_entries SET at = at - interval '1 hour' WHERE link = 2",
        "DELETE FROM audit_entries WHERE link = 2",
    ],
)
def test_tampering_is_refused_and_where_it_is_forced_it_shows(tampering: str) -> None:
    paper.awaiting_payment()
    seal()
    with pytest.raises(DBAPIError), transaction():
        session().execute(text(tampering))
    with transaction():  # as somebody who owns the database would
        session().execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only"))
        session().execute(text(tampering))
        session().execute(text("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only"))
    # A changed entry breaks its own seal, a missing one that of the next.
    assert broken_at() == (3 if tampering.startswith("DELETE") else 2)


def test_a_booking_is_only_reached_through_its_own_rows() -> None:
    """What hangs on a booking says so to the database, so that nothing of it is left without it."""
    table = Booking.__table__
    hanging = {"payments", "contracts", "booking_drivers", "condition_reports", "booking_charges", "invoices"}
    for name in hanging:
        keys: set[ForeignKey] = db.metadata.tables[name].foreign_keys
        assert any(key.column.table is table for key in keys), name
