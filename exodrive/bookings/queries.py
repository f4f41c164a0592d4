"""Reading bookings: one with all that a page shows, and the desk's list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from exodrive.bookings import owing, search
from exodrive.bookings.condition_models import ConditionReport
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Booking
from exodrive.bookings.states import OPEN, State
from exodrive.bookings.transitions import BookingNotFound
from exodrive.contracts.models import Contract
from exodrive.contracts.states import ContractKind
from exodrive.fleet.models import Car
from exodrive.kernel import counting, cursors
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.payments import receipts, tree
from exodrive.payments.receipt_models import For
from exodrive.payments.states import Purpose

WHOLE = (
    joinedload(Booking.car).joinedload(Car.category),
    joinedload(Booking.customer),
    joinedload(Booking.pickup_place),
    joinedload(Booking.return_place),
    selectinload(Booking.drivers),
    selectinload(Booking.charges),
)

# What one line of a list shows.
IN_A_ROW = (
    joinedload(Booking.car),
    joinedload(Booking.pickup_place),
    joinedload(Booking.return_place),
    selectinload(Booking.drivers),
)

LATEST_FIRST = (Booking.pickup_at.desc(), Booking.id.desc())
NEAR = 2_000  # bookings of a view that are looked through before the index of the words is asked
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


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the desk's list. `owed` is what is still to be paid for the rental, by whatever way."""

    booking: Booking
    payment_state: str | None
    deposit_state: str | None
    contract_state: str | None
    owed: Money
    deposit_at_desk: int = 0
    deposit_held: bool = False  # by PayPal, and all of it
    paid_at_desk: bool = False  # the last of it, where PayPal neither took nor holds the whole


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


def of_customer(customer_id: UUID, *, limit: int = 50) -> list[Booking]:
    """A customer's bookings with their cars, newest first."""
    return list(
        session().scalars(
            select(Booking)
            .where(Booking.customer_id == customer_id)
            .options(joinedload(Booking.car))
            .order_by(Booking.id.desc())
            .limit(limit)
        )
    )


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
    within: list[ColumnElement[bool]] = []
    if states != VIEWS["all"]:
        within.append(Booking.state.in_(states))
    if pickup_from is not None:
        within.append(Booking.pickup_at >= pickup_from)
    if cursor:
        within.append(tuple_(Booking.pickup_at, Booking.id) < cursors.read(cursor))
    said = search.typed(text)
    if said:
        within = [Booking.id.in_(_matching(said, within, most=limit + 1))]
    query = select(Booking).where(*within).options(*IN_A_ROW)
    found = list(session().scalars(query.order_by(*LATEST_FIRST).limit(limit + 1)))
    following = _after(found[limit - 1]) if len(found) > limit else None
    return Listing(_with_states(found[:limit]), following)


def containing(said: list[tuple[str, ...]], searched: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """One condition for each word that somebody typed: any of its readings is in what is searched."""
    return [or_(*(searched.contains(word, autoescape=True) for word in readings)) for readings in said]


def rows(query: Select[Booking]) -> list[Row]:
    """The bookings of a query as lines of a list."""
    return _with_states(list(session().scalars(query.options(*IN_A_ROW))))


def by_references(references: Collection[str]) -> list[Row]:
    """These bookings as lines of a list, in the order of their references; what is not there is left out."""
    found = {
        row.booking.reference: row for row in rows(select(Booking).where(Booking.reference.in_(references)))
    }
    return [found[each] for each in references if each in found]


def counts() -> dict[str, int]:
    """How many bookings each saved view has, but for the one of all; counted as `kernel.counting` does."""
    columns = [
        counting.up_to_most(select(Booking.id).where(Booking.state == state)).label(state) for state in OPEN
    ]
    by_state = session().execute(select(*columns)).mappings().one()
    return {
        view: min(sum(by_state[state] for state in states), counting.MOST + 1)
        for view, states in VIEWS.items()
        if view != "all"
    }


def _with_states(bookings: list[Booking]) -> list[Row]:
    ids = [booking.id for booking in bookings]
    payments, taken = tree.of_bookings(ids), receipts.of_bookings(ids)
    rentals = owing.of_rentals(bookings, payments=payments, rows=taken)
    states = {(row.booking_id, row.purpose): row.state for row in payments}
    held = {row.booking_id for row in payments if row.purpose == Purpose.DEPOSIT and deposits.held(row)}
    at_desk = Counter[UUID]()
    for receipt in taken:
        if receipt.purpose == For.DEPOSIT:
            at_desk[receipt.booking_id] += receipt.signed.amount
    latest = session().execute(
        select(Contract.booking_id, Contract.state)
        .where(Contract.booking_id.in_(ids), Contract.kind == ContractKind.AGREEMENT)
        .ext(distinct_on(Contract.booking_id))
        .order_by(Contract.booking_id, Contract.id.desc())
    )
    contracts = {row.booking_id: row.state for row in latest}
    return [
        Row(
            booking,
            states.get((booking.id, Purpose.RENTAL)),
            states.get((booking.id, Purpose.DEPOSIT)),
            contracts.get(booking.id),
            rentals[booking.id].owed,
            at_desk[booking.id],
            booking.id in held,
            rentals[booking.id].paid_at_desk,
        )
        for booking in bookings
    ]


def _matching(said: list[tuple[str, ...]], within: list[ColumnElement[bool]], *, most: int) -> Sequence[UUID]:
    """The latest bookings that the words are said of.

    What many bookings have is soon found among the latest, what few have by the index of the words. The
    database cannot tell the one from the other: it takes the words of a car's name for independent.
    """
    latest = select(Booking.id, Booking.pickup_at, Booking.search).where(*within)
    near = latest.order_by(*LATEST_FIRST).limit(NEAR).subquery("near")
    found = session().scalars(_first_of(near.c, containing(said, near.c.search), most=most)).all()
    if len(found) == most:
        return found
    every = select(Booking.id, Booking.pickup_at).where(*within, *containing(said, Booking.search.expression))
    # Without it the database walks along the dates again, for as long as it takes to fill the page.
    by_words = every.cte("by_words").prefix_with("MATERIALIZED")
    return session().scalars(_first_of(by_words.c, [], most=most)).all()


def _first_of(
    rows: ReadOnlyColumnCollection[str, Any], conditions: list[ColumnElement[bool]], *, most: int
) -> Select[Any]:
    return select(rows.id).where(*conditions).order_by(rows.pickup_at.desc(), rows.id.desc()).limit(most)


def _after(booking: Booking) -> str:
    return cursors.written(booking.pickup_at, booking.id)
