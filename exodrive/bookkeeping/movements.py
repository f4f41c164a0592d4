"""What moved on an account within a period, posting by posting, read a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from exodrive.bookings.models import Booking, Driver
from exodrive.bookkeeping import vouchers
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry, Posting

PAGE = 300  # postings


class Movement(NamedTuple):
    """What one posting did to an account, and the number of what stands behind it.

    `fee` is what PayPal kept by it; what came is both together.
    """

    posting: Posting
    reference: str | None  # the booking's
    renter: str | None
    number: str
    net: Money
    fee: Money

    @property
    def gross(self) -> Money:
        return self.net + self.fee


def of(account: Account, *, start: datetime, end: datetime) -> Iterator[list[Movement]]:
    """The movements of a period in the order of time, in pages."""
    after: tuple[datetime, UUID] | None = None
    while True:
        found = _page(account, start=start, end=end, after=after)
        if not found:
            return
        yield found
        last = found[-1].posting
        after = (last.posted_at, last.id)


def _page(
    account: Account, *, start: datetime, end: datetime, after: tuple[datetime, UUID] | None
) -> list[Movement]:
    query = (
        select(Posting, Booking.reference, Driver.name, Entry.currency, _sum(account), _sum(Account.FEES))
        .join(Entry, Entry.posting_id == Posting.id)
        .outerjoin(Booking, Booking.id == Posting.booking_id)
        .outerjoin(Driver, (Driver.booking_id == Posting.booking_id) & (Driver.position == 0))
        .where(Posting.posted_at >= start, Posting.posted_at < end)
        .group_by(Posting.id, Booking.reference, Driver.name, Entry.currency)
        .having(func.bool_or(Entry.account == account))
        .order_by(Posting.posted_at, Posting.id)
        .limit(PAGE)
    )
    if after is not None:
        query = query.where(tuple_(Posting.posted_at, Posting.id) > tuple_(*after))
    rows = session().execute(query).all()
    named = vouchers.of([row[0] for row in rows])
    return [
        Movement(
            posting,
            reference,
            renter,
            named[posting.id].number,
            Money(int(net), currency),
            Money(int(fee), currency),
        )
        for posting, reference, renter, currency, net, fee in rows
    ]


def _sum(account: Account) -> ColumnElement[int]:
    return func.coalesce(func.sum(Entry.amount).filter(Entry.account == account), 0)
