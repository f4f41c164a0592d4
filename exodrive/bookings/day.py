"""What a day at the counter holds: who comes for a car, who brings one back, and what waits for a person.

Every list is short by its nature or by a limit; each is read by an index, however many bookings there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import InstrumentedAttribute

from exodrive.availability.models import Occupancy
from exodrive.bookings import queries
from exodrive.bookings.deposit.deposit_terms import WARNING
from exodrive.bookings.models import Booking
from exodrive.bookings.queries import Row
from exodrive.bookings.states import State
from exodrive.kernel import counting
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.payments.models import Payment, Step
from exodrive.payments.plan import StepKind, StepState

MOST = 40  # cars of one list; a house that has more in a day works with the lists behind it
FEW = 6
STILL_EXPECTED = timedelta(days=7)  # how long somebody who did not come stays on the list
AHEAD = timedelta(days=3)  # how far one looks for what is not ready yet, and for a car's next rental

GOES_OUT = (State.AWAITING_PAYMENT, State.AWAITING_SIGNATURE, State.CONFIRMED)
UNFINISHED = (State.AWAITING_PAYMENT, State.AWAITING_SIGNATURE)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many payments, and how much they are together: with `more` due than were counted."""

    count: int
    amount: Money
    more: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """`next_out` says for cars that come back when the next rental wants them; sums are by currency.

    `hand_back` is what the desk has and owes, `deposits_due` whose deposit goes back these days.
    """

    out: list[Row]
    back: list[Row]
    unready: list[Row]
    returned: list[Row]
    flagged: list[Booking]
    hand_back: list[Booking]
    deposits_due: list[Booking]
    on_the_road: int
    next_out: dict[UUID, datetime]
    captures: list[Sum]
    deposits: list[Sum]


def of(*, start: datetime, end: datetime, at: datetime) -> Day:
    """The day from `start` to before `end`; `at` is now. Late ones of the days before are on it."""
    out = _rows(
        Booking.state.in_(GOES_OUT),
        Booking.pickup_at >= start - STILL_EXPECTED,
        Booking.pickup_at < end,
        order=Booking.pickup_at,
        limit=MOST,
    )
    back = _rows(Booking.state == State.ON_RENT, Booking.return_at < end, order=Booking.return_at, limit=MOST)
    return Day(
        out=out,
        back=back,
        unready=_unready(end),
        returned=_rows(
            Booking.state == State.RETURNED,
            Booking.settling_at.is_(None),
            order=Booking.pickup_at,
            limit=FEW,
        ),
        flagged=_flagged(),
        hand_back=_few(Booking.hand_back > 0, order=Booking.pickup_at),
        deposits_due=_few(Booking.deposit_release_at < end + WARNING, order=Booking.deposit_release_at),
        on_the_road=_on_the_road(),
        next_out=_next_out([row.booking for row in back], at=at),
        captures=_captures(before=end),
        deposits=_deposits_to_ask(before=end),
    )


def is_secured(row: Row) -> bool:
    """Whether the deposit stands in nobody's way: held, waived, or none wanted."""
    booking = row.booking
    wanted = booking.deposit > row.deposit_at_desk and booking.deposit_waiver is None
    return not wanted or row.deposit_held


def _rows(*conditions: ColumnElement[bool], order: InstrumentedAttribute[datetime], limit: int) -> list[Row]:
    return queries.rows(select(Booking).where(*conditions).order_by(order, Booking.id).limit(limit))


def _unready(end: datetime) -> list[Row]:
    """What goes out in the days after this one and has no money, signature or deposit yet."""
    soon = (Booking.pickup_at >= end, Booking.pickup_at < end + AHEAD)
    found = _rows(Booking.state.in_(GOES_OUT), *soon, order=Booking.pickup_at, limit=MOST)
    return [row for row in found if row.booking.state in UNFINISHED or row.owed or not is_secured(row)][:FEW]


def _few(condition: ColumnElement[bool], *, order: InstrumentedAttribute[Any]) -> list[Booking]:
    found = select(Booking).where(condition).options(*queries.IN_A_ROW).order_by(order, Booking.id)
    return list(session().scalars(found.limit(FEW)))


def _flagged() -> list[Booking]:
    """Bookings that a person has to look at, the next pick-up first."""
    return list(
        session().scalars(
            select(Booking)
            .where(Booking.attention.is_not(None))
            .options(*queries.IN_A_ROW)
            .order_by(Booking.pickup_at.desc(), Booking.id.desc())
            .limit(FEW)
        )
    )


def _on_the_road() -> int:
    return (
        session().scalar(select(func.count()).select_from(Booking).where(Booking.state == State.ON_RENT)) or 0
    )


def _next_out(bookings: Collection[Booking], *, at: datetime) -> dict[UUID, datetime]:
    """The next pick-up of each car, where it is near."""
    cars = {booking.car_id for booking in bookings}
    ours = {booking.id for booking in bookings}
    rows = session().execute(
        select(Occupancy.car_id, func.min(Booking.pickup_at).label("pickup_at"))
        .join(Booking, Booking.id == Occupancy.booking_id)
        .where(
            Occupancy.car_id.in_(cars),
            Occupancy.period.op("&&")(Range(at, at + AHEAD)),
            Booking.id.not_in(ours),
        )
        .group_by(Occupancy.car_id)
    )
    return {row[0]: row[1] for row in rows}


def _captures(*, before: datetime) -> list[Sum]:
    due = select(Payment.currency, Payment.amount.label("amount")).join(Step, Step.payment_id == Payment.id)
    planned = (Step.state == StepState.PLANNED, Step.kind == StepKind.CAPTURE, Step.due_at < before)
    return _sums(due.where(*planned).order_by(Step.due_at))


def _deposits_to_ask(*, before: datetime) -> list[Sum]:
    due = select(Booking.currency, Booking.deposit.label("amount")).where(Booking.deposit_ask_at < before)
    return _sums(due.order_by(Booking.deposit_ask_at))


def _sums(due: Select[str, int]) -> list[Sum]:
    """What is due by currency. A day has few of it; where work has stood still for long, the first count."""
    first = due.limit(counting.MOST + 1).subquery()
    rows = session().execute(
        select(first.c.currency, func.count(), func.sum(first.c.amount))
        .group_by(first.c.currency)
        .order_by(first.c.currency)
    )
    found = [(row[0], row[1], int(row[2])) for row in rows]
    more = sum(count for _, count, _ in found) > counting.MOST
    return [Sum(count, Money(amount, currency), more) for currency, count, amount in found]
