"""An account by booking: who owes the house, whose money it holds, and whose deposit."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from exodrive.bookings.models import Booking, Driver
from exodrive.house.models import Place
from exodrive.invoicing.models import Invoice
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry, Posting

PAGE = 500  # bookings
Named = tuple[str | None, str | None, date | None, date | None]
NOBODY: Named = (None, None, None, None)  # of a posting that is about no booking
NOTHING = UUID(int=0)


class Item(NamedTuple):
    """One booking's part of an account in a period. Debits are positive, as on the account."""

    reference: str | None
    party: str | None
    pickup_on: date | None
    return_on: date | None
    since: datetime  # the first posting to it
    documents: tuple[str, ...]  # the booking's numbers until the period's end
    opening: Money
    debits: Money
    credits: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debits - self.credits


def of(account: Account, *, start: datetime, end: datetime) -> list[Item]:
    """Every booking that stood on the account as the period began, or moved on it since; the oldest first."""
    before, within = Posting.posted_at < start, Posting.posted_at >= start
    opening = func.coalesce(func.sum(Entry.amount).filter(before), 0)
    debits = func.coalesce(func.sum(Entry.amount).filter(and_(within, Entry.amount > 0)), 0)
    credits = func.coalesce(func.sum(-Entry.amount).filter(and_(within, Entry.amount < 0)), 0)
    since = func.min(Posting.posted_at)
    query = (
        select(Posting.booking_id, Entry.currency, since, opening, debits, credits)
        .join(Entry, Entry.posting_id == Posting.id)
        .where(Entry.account == account, Posting.posted_at < end)
        .group_by(Posting.booking_id, Entry.currency)
        .having(or_(opening != 0, debits != 0, credits != 0))
        .order_by(since, Posting.booking_id)
    )
    rows = session().execute(query).all()
    known: dict[UUID, Named] = {}
    numbers: dict[UUID, list[str]] = {}
    for first in range(0, len(rows), PAGE):
        ids = [row.booking_id for row in rows[first : first + PAGE] if row.booking_id]
        known |= _bookings(ids)
        numbers |= _documents(ids, end=end)
    return [
        Item(
            *known.get(booking_id or NOTHING, NOBODY),
            began,
            tuple(numbers.get(booking_id or NOTHING, ())),
            *(Money(int(amount), currency) for amount in sums),
        )
        for booking_id, currency, began, *sums in rows
    ]


def _bookings(ids: list[UUID]) -> dict[UUID, Named]:
    query = (
        select(Booking.id, Booking.reference, Driver.name, Booking.pickup_at, Booking.return_at, Place)
        .join(Place, Place.id == Booking.pickup_place_id)
        .outerjoin(Driver, and_(Driver.booking_id == Booking.id, Driver.position == 0))
        .where(Booking.id.in_(ids))
    )
    return {
        booking_id: (
            reference,
            party,
            picked_up.astimezone(place.zone).date(),
            returned.astimezone(place.zone).date(),
        )
        for booking_id, reference, party, picked_up, returned, place in session().execute(query)
    }


def _documents(ids: list[UUID], *, end: datetime) -> dict[UUID, list[str]]:
    query = (
        select(Invoice)
        .where(Invoice.booking_id.in_(ids), Invoice.issued_at < end)
        .order_by(Invoice.year, Invoice.sequence)
    )
    found: dict[UUID, list[str]] = {}
    for row in session().scalars(query):
        found.setdefault(row.booking_id, []).append(row.number)
    return found
