"""Reading bookings: one with all that a page shows, and the desk's list."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload, selectinload

from exodrive.bookings import search
from exodrive.bookings.models import Booking, ConditionReport
from exodrive.bookings.states import State
from exodrive.bookings.transitions import BookingNotFound
from exodrive.contracts.models import Contract
from exodrive.fleet.models import Car
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose

WHOLE = (
    joinedload(Booking.car).joinedload(Car.category),
    joinedload(Booking.customer),
    joinedload(Booking.pickup_place),
    joinedload(Booking.return_place),
    selectinload(Booking.drivers),
    selectinload(Booking.charges),
)

OPEN = (
    State.HELD,
    State.AWAITING_PAYMENT,
    State.AWAITING_SIGNATURE,
    State.CONFIRMED,
    State.ON_RENT,
    State.RETURNED,
)
# The desk's saved views, in the order of its tabs; the last shows all.
VIEWS: dict[str, tuple[State, ...]] = {
    "open": OPEN,
    "unpaid": (State.HELD, State.AWAITING_PAYMENT),
    "unsigned": (State.AWAITING_SIGNATURE,),
    "confirmed": (State.CONFIRMED,),
    "on_rent": (State.ON_RENT,),
    "to_settle": (State.RETURNED,),
    "all": tuple(State),
}


class CursorUnreadable(Refused):
    """The page's place in the list is not one that we gave out."""

    code = "cursor_unreadable"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the desk's list."""

    booking: Booking
    payment_state: str | None
    deposit_state: str | None
    contract_state: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `following` is the cursor of the next page; None on the last one."""

    rows: list[Row]
    following: str | None


def by_id(booking_id: UUID) -> Booking:
    """A booking with its car, places, customer, drivers and charges. Raises BookingNotFound."""
    found = session().scalars(select(Booking).where(Booking.id == booking_id).options(*WHOLE)).first()
    if found is None:
        raise BookingNotFound(str(booking_id))
    return found


def by_reference(reference: str) -> Booking:
    """The same by the reference that people say. Raises BookingNotFound."""
    found = session().scalars(select(Booking).where(Booking.reference == reference).options(*WHOLE)).first()
    if found is None:
        raise BookingNotFound(reference)
    return found


def references(booking_ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of those ids that are bookings."""
    rows = session().execute(select(Booking.id, Booking.reference).where(Booking.id.in_(booking_ids)))
    return {row[0]: row[1] for row in rows}


def reports(booking_id: UUID) -> dict[str, ConditionReport]:
    """A booking's condition reports by kind, with their photos: drafts too, and only those there are."""
    rows = session().scalars(
        select(ConditionReport)
        .where(ConditionReport.booking_id == booking_id)
        .options(selectinload(ConditionReport.photos))
    )
    return {row.kind: row for row in rows}


def listing(
    *,
    view: str = "open",
    text: str = "",
    pickup_from: datetime | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> Listing:
    """The desk's list, latest pick-up first. Each word of `text` matches as `bookings.search` reads it.

    Raises CursorUnreadable. An unknown view shows all.
    """
    states = VIEWS.get(view, VIEWS["all"])
    query = select(Booking).options(
        joinedload(Booking.car),
        joinedload(Booking.pickup_place),
        joinedload(Booking.return_place),
        selectinload(Booking.drivers),
    )
    if states != VIEWS["all"]:
        query = query.where(Booking.state.in_(states))
    for readings in search.typed(text):
        query = query.where(or_(*(Booking.search.contains(word, autoescape=True) for word in readings)))
    if pickup_from is not None:
        query = query.where(Booking.pickup_at >= pickup_from)
    if cursor:
        query = query.where(tuple_(Booking.pickup_at, Booking.id) < _read(cursor))
    query = query.order_by(Booking.pickup_at.desc(), Booking.id.desc()).limit(limit + 1)
    found = list(session().scalars(query))
    following = _cursor(found[limit - 1]) if len(found) > limit else None
    return Listing(_with_states(found[:limit]), following)


def counts() -> dict[str, int]:
    """How many bookings each saved view has, but for the one of all."""
    grouped = session().execute(
        select(Booking.state, func.count().label("count"))
        .where(Booking.state.in_(OPEN))
        .group_by(Booking.state)
    )
    by_state = {row[0]: row[1] for row in grouped}
    return {
        view: sum(by_state.get(state, 0) for state in states)
        for view, states in VIEWS.items()
        if view != "all"
    }


def _with_states(bookings: list[Booking]) -> list[Row]:
    ids = [booking.id for booking in bookings]
    payments = {
        (booking_id, purpose): state
        for booking_id, purpose, state in session().execute(
            select(Payment.booking_id, Payment.purpose, Payment.state).where(Payment.booking_id.in_(ids))
        )
    }
    latest = session().execute(
        select(Contract.booking_id, Contract.state)
        .where(Contract.booking_id.in_(ids))
        .ext(distinct_on(Contract.booking_id))
        .order_by(Contract.booking_id, Contract.id.desc())
    )
    contracts = {row.booking_id: row.state for row in latest}
    return [
        Row(
            booking,
            payments.get((booking.id, Purpose.RENTAL)),
            payments.get((booking.id, Purpose.DEPOSIT)),
            contracts.get(booking.id),
        )
        for booking in bookings
    ]


def _cursor(booking: Booking) -> str:
    place = json.dumps([booking.pickup_at.isoformat(), str(booking.id)])
    return base64.urlsafe_b64encode(place.encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        pickup_at, booking_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(pickup_at), UUID(booking_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise CursorUnreadable from error
