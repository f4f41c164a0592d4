"""The bills of all bookings: what is overdue first, what is asked for in all, and who wants a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, UnaryExpression, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from exodrive.billing.models import Bill
from exodrive.billing.opening import PREFIX
from exodrive.billing.queries import REST
from exodrive.billing.states import OPEN, BillState
from exodrive.bookings import search
from exodrive.bookings.models import Booking
from exodrive.bookings.queries import NEAR, containing
from exodrive.kernel import counting, cursors
from exodrive.kernel.db import session
from exodrive.kernel.money import Money

OrderedBy = InstrumentedAttribute[Any] | UnaryExpression[Any]
IS_OPEN = Bill.state.in_(OPEN)
# A bill that the customer's bank thinks about is paid in time as far as the customer can help it.
LATE = Bill.state != BillState.PENDING
VIEWS: dict[str, Callable[[datetime], tuple[ColumnElement[bool], ...]]] = {
    "open": lambda _at: (IS_OPEN,),
    "overdue": lambda at: (IS_OPEN, LATE, Bill.due_at <= at),
    "trouble": lambda _at: (IS_OPEN, Bill.trouble.is_not(None)),
    "paid": lambda _at: (Bill.state == BillState.PAID,),
    "all": lambda _at: (),
}
SUMMED = ("open", "overdue", "trouble")  # views of which something is to come
NEWEST_FIRST = frozenset({"paid", "all"})


@dataclass(frozen=True, slots=True)
class Row:
    """A bill with its booking. `overdue` as of the moment at which the list was read."""

    bill: Bill
    booking: Booking
    overdue: bool


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Row]
    following: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """What the bills of a view ask for in one currency; with `more`, of the first thousand."""

    count: int
    amount: Money
    more: bool


def listing(
    *, view: str = "open", text: str = "", at: datetime, cursor: str | None = None, limit: int = 25
) -> Listing:
    """Open ones by the day on which they are due, which puts the overdue first; others the newest first.

    `text` is a bill's number, or words of its booking as `bookings.search` reads them. An unknown view shows
    the open ones. Raises CursorUnreadable.
    """
    view = view if view in VIEWS else "open"
    newest = view in NEWEST_FIRST
    within = list(VIEWS[view](at))
    place = tuple_(Bill.due_at, Bill.id)
    if cursor:
        within.append(place < cursors.read(cursor) if newest else place > cursors.read(cursor))
    order = (Bill.due_at.desc(), Bill.id.desc()) if newest else (Bill.due_at, Bill.id)
    within += _typed(text, within, order=order, most=limit + 1)
    query = select(Bill, Booking).join(Booking, Booking.id == Bill.booking_id).where(*within).order_by(*order)
    rows = session().execute(
        query.options(joinedload(Booking.car), selectinload(Bill.operations)).limit(limit + 1)
    )
    found = [Row(bill, booking, _overdue(bill, at)) for bill, booking in rows]
    last = found[limit - 1].bill if len(found) > limit else None
    return Listing(found[:limit], cursors.written(last.due_at, last.id) if last is not None else None)


def totals(view: str, *, at: datetime) -> list[Total]:
    """What the bills of a view ask for, by currency; counted as `kernel.counting` does."""
    first = (
        select(Bill.currency, REST.label("rest"))
        .where(*VIEWS[view](at))
        .order_by(Bill.due_at, Bill.id)
        .limit(counting.MOST + 1)
        .subquery()
    )
    rows = session().execute(
        select(first.c.currency, func.count(), func.sum(first.c.rest))
        .group_by(first.c.currency)
        .order_by(first.c.currency)
    )
    found = [(row[0], row[1], int(row[2])) for row in rows]
    more = sum(count for _, count, _ in found) > counting.MOST
    return [Total(count, Money(rest, currency), more) for currency, count, rest in found]


def _typed(
    text: str, within: list[ColumnElement[bool]], *, order: tuple[OrderedBy, ...], most: int
) -> list[ColumnElement[bool]]:
    """One or the other, never both in one condition: each has an index of its own table."""
    number = text.strip().upper()
    if number.startswith(f"{PREFIX}-"):
        return [Bill.number == number]
    said = search.typed(text)
    return [Bill.id.in_(_matching(said, within, order=order, most=most))] if said else []


def _matching(
    said: list[tuple[str, ...]],
    within: list[ColumnElement[bool]],
    *,
    order: tuple[OrderedBy, ...],
    most: int,
) -> Sequence[UUID]:
    """The first bills of the bookings that the words are said of, found as `bookings.queries` finds those."""
    words = containing(said, Booking.search.expression)
    near = select(Bill.id, Bill.booking_id).where(*within).order_by(*order).limit(NEAR).subquery("near")
    first = select(Bill.id).join(near, near.c.id == Bill.id).join(Booking, Booking.id == near.c.booking_id)
    found = session().scalars(first.where(*words).order_by(*order).limit(most)).all()
    if len(found) == most:
        return found
    by_words = select(Booking.id).where(*words).cte("by_words").prefix_with("MATERIALIZED")
    every = select(Bill.id).join(by_words, by_words.c.id == Bill.booking_id).where(*within)
    return session().scalars(every.order_by(*order).limit(most)).all()


def _overdue(bill: Bill, at: datetime) -> bool:
    return bill.state in OPEN and bill.state != BillState.PENDING and bill.due_at <= at
