"""Photos of licences and insurance cards: sent by the renter, looked at by staff, forgotten.

They save time at the desk; the licence itself is looked at when the keys are handed over. Each is kept until
`forget_at`, so many days after the return (the policy's `papers_kept_days`), then deleted by a sweep; at once
where the rental is off, and nobody will ever look at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation.reservation_models import DriverPaper, PaperKind, PaperState
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.kernel import audit, outbox
from exodrive.kernel.actors import CUSTOMER, SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound
from exodrive.kernel.ids import new_id
from exodrive.storage import files

# Paid for, and the keys not given yet.
ASKED_IN = (State.AWAITING_SIGNATURE, State.CONFIRMED)
OUT = (State.ON_RENT, State.RETURNED)
OFF = (State.CANCELLED, State.EXPIRED)
REJECTED = "booking.paper_rejected"


class PapersClosed(Conflict):
    """No papers are asked for now, or this one was accepted already."""

    code = "papers_closed"


class PaperNotFound(NotFound):
    code = "paper_not_found"


class Wanted(NamedTuple):
    """One paper that a booking asks for, and what was sent."""

    position: int
    driver: str
    kind: PaperKind
    paper: DriverPaper | None


def asked(booking: Booking) -> bool:
    return booking.state in ASKED_IN


def wanted(booking: Booking) -> list[Wanted]:
    """What the drivers of a booking are asked for, with what was sent."""
    sent = {(row.position, row.kind): row for row in of_booking(booking.id)}
    return [
        Wanted(driver.position, driver.name, kind, sent.get((driver.position, kind)))
        for driver in booking.drivers
        for kind in kinds(driver.position)
    ]


def shown(booking: Booking) -> list[Wanted]:
    """What staff see: all that is asked for now, else what is still kept."""
    rows = wanted(booking)
    return rows if asked(booking) else [row for row in rows if row.paper is not None]


def kinds(position: int) -> Iterator[PaperKind]:
    """What a driver photographs; the renter brings the insurance."""
    yield PaperKind.LICENCE_FRONT
    yield PaperKind.LICENCE_BACK
    if position == 0:
        yield PaperKind.INSURANCE


def of_booking(booking_id: UUID) -> list[DriverPaper]:
    found = select(DriverPaper).where(DriverPaper.booking_id == booking_id)
    return list(session().scalars(found.order_by(DriverPaper.position, DriverPaper.id)))


def one(booking_id: UUID, paper_id: UUID) -> DriverPaper:
    """A paper of this booking. Raises PaperNotFound, for another booking's too."""
    row = session().get(DriverPaper, paper_id, populate_existing=True)
    if row is None or row.booking_id != booking_id:
        raise PaperNotFound(str(paper_id))
    return row


def place(booking: Booking, *, position: int, kind: PaperKind) -> Wanted:
    """Where a paper goes that is sent now. Raises PapersClosed, PaperNotFound."""
    if not asked(booking):
        raise PapersClosed
    found = next((row for row in wanted(booking) if (row.position, row.kind) == (position, kind)), None)
    if found is None:
        raise PaperNotFound(f"{position} {kind}")
    if found.paper is not None and found.paper.state == PaperState.ACCEPTED:
        raise PapersClosed
    return found


def send(
    booking_id: UUID, *, position: int, kind: PaperKind, file_id: UUID, media_type: str, at: datetime
) -> DriverPaper:
    """Keep what was sent in the place of what was sent before. Raises PapersClosed, PaperNotFound."""
    booking = transitions.lock(booking_id)
    before = place(booking, position=position, kind=kind).paper
    if before is not None:
        _drop(before)
    paper = DriverPaper(
        id=new_id(),
        booking_id=booking.id,
        position=position,
        kind=kind,
        file_id=file_id,
        media_type=media_type,
        state=PaperState.SENT,
        sent_at=at,
        forget_at=_forget_at(booking),
    )
    session().add(paper)
    _note(paper, "paper.sent", by=CUSTOMER, at=at)
    return paper


def accept(booking_id: UUID, paper_id: UUID, *, by: Actor, at: datetime) -> None:
    """Staff have read it, and it is good; normal twice. Raises PaperNotFound."""
    transitions.lock(booking_id)
    paper = one(booking_id, paper_id)
    if paper.state != PaperState.ACCEPTED:
        paper.state, paper.reason = PaperState.ACCEPTED, None
        _note(paper, "paper.accepted", by=by, at=at)


def reject(booking_id: UUID, paper_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Another photo is wanted: the renter is told why. Normal twice. Raises PaperNotFound, PapersClosed."""
    booking = transitions.lock(booking_id)
    paper = one(booking_id, paper_id)
    if not asked(booking):
        raise PapersClosed
    if (paper.state, paper.reason) == (PaperState.REJECTED, reason):
        return
    paper.state, paper.reason = PaperState.REJECTED, reason
    _note(paper, "paper.rejected", by=by, at=at, reason=reason)
    outbox.emit(
        REJECTED, subject_id=booking_id, booking_id=str(booking_id), paper=str(paper.id), wanted=str(new_id())
    )


def looked_at(paper: DriverPaper, *, by: Actor, at: datetime) -> None:
    """Who opened a photo of somebody's licence stays in the trail."""
    _note(paper, "paper.looked_at", by=by, at=at)


def due(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Bookings whose papers are to be forgotten now; none whose car is still out or being settled."""
    found = (
        select(DriverPaper.booking_id)
        .join(Booking, Booking.id == DriverPaper.booking_id)
        .where(
            or_(DriverPaper.forget_at <= at, Booking.state.in_(OFF)),
            Booking.state.not_in(OUT),
        )
    )
    return list(session().scalars(found.distinct().limit(limit)))


def forget(booking_id: UUID, *, at: datetime) -> None:
    """Delete the photos of a booking's papers; normal twice."""
    booking = transitions.lock(booking_id)
    rows = of_booking(booking.id)
    for paper in rows:
        _drop(paper)
    if rows:
        audit.record("paper.forgotten", subject=("booking", booking.id), by=SYSTEM, at=at, papers=len(rows))


def forget_of(booking_id: UUID, *, position: int) -> None:
    """Delete the photos of a driver who is taken off a locked booking."""
    for paper in of_booking(booking_id):
        if paper.position == position:
            _drop(paper)


def date_again(booking: Booking) -> None:
    """Keep the photos of a locked booking for as long as its return, which has moved, says."""
    for paper in of_booking(booking.id):
        paper.forget_at = _forget_at(booking)


def _drop(paper: DriverPaper) -> None:
    file_id = paper.file_id
    session().delete(paper)
    session().flush()
    files.discard(file_id)


def _forget_at(booking: Booking) -> datetime:
    days = house.rulebook_of(booking.policies).driver.papers_kept_days
    return booking.return_at + timedelta(days=days)


def _note(paper: DriverPaper, action: str, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Not a move of the booking: a check list that staff fill in meanwhile is not made stale by a photo."""
    session().flush()
    audit.record(
        action,
        subject=("booking", paper.booking_id),
        by=by,
        at=at,
        reason=reason,
        paper=paper.kind,
        position=paper.position,
    )
