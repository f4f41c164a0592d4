"""Finding bills: a booking's, those that PayPal speaks of, and those that are due for something."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import selectinload

from exodrive.billing.models import Bill
from exodrive.billing.operations import BillNotFound
from exodrive.billing.states import OPEN, WAITING
from exodrive.kernel.db import session

# What a bill that counts still asks for.
REST = func.greatest(Bill.amount - Bill.credited - Bill.paid - Bill.written_off, 0)


def of_booking(booking_id: UUID) -> list[Bill]:
    """A booking's bills with their payments and operations, oldest first."""
    return list(
        session().scalars(
            select(Bill)
            .where(Bill.booking_id == booking_id)
            .options(selectinload(Bill.payments), selectinload(Bill.operations))
            .order_by(Bill.id)
        )
    )


def one(bill_id: UUID) -> Bill:
    """A bill with its payments and operations, to be looked at. Raises BillNotFound."""
    found = session().scalar(
        select(Bill)
        .where(Bill.id == bill_id)
        .options(selectinload(Bill.payments), selectinload(Bill.operations))
    )
    if found is None:
        raise BillNotFound(str(bill_id))
    return found


def booking_of(bill_id: UUID) -> UUID | None:
    """Whose bill this is; None where there is none."""
    found: UUID | None = session().scalar(select(Bill.booking_id).where(Bill.id == bill_id))
    return found


def by_paypal(ids: Collection[str], numbers: Collection[str]) -> Bill | None:
    """The bill with one of these ids at PayPal, or one of these numbers of ours."""
    return (
        session()
        .scalars(select(Bill).where(or_(Bill.paypal_id.in_(ids), Bill.number.in_(numbers))).limit(1))
        .first()
    )


def asking(booking_id: UUID, *, currency: str) -> Select[int]:
    """What a booking's open bills still ask for in all, in minor units, as a query for use in another one."""
    return select(func.coalesce(func.sum(REST), 0)).where(
        Bill.booking_id == booking_id, Bill.currency == currency, Bill.state.in_(OPEN)
    )


def reminders_due(*, at: datetime, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """(booking, bill) of those whose customer is to be reminded by now."""
    rows = session().execute(
        select(Bill.booking_id, Bill.id).where(Bill.remind_at <= at).order_by(Bill.remind_at).limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def take_unread(*, before: datetime, at: datetime, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """(booking, bill) of those with customers that were not read since; they count as read now.

    PayPal's message of a payment may have been lost.
    """
    waiting = (
        select(Bill.id)
        .where(Bill.state.in_(OPEN), Bill.state.in_(WAITING), Bill.checked_at < before)
        .order_by(Bill.checked_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session().execute(
        update(Bill)
        .where(Bill.id.in_(waiting.scalar_subquery()))
        .values(checked_at=at)
        .returning(Bill.booking_id, Bill.id)
        .execution_options(synchronize_session=False)
    )
    return [(row[0], row[1]) for row in rows]
