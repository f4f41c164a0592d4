"""The journal: every entry of a period, in the order of time, read a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_

from exodrive.bookings.models import Booking, Driver
from exodrive.bookkeeping import vouchers
from exodrive.bookkeeping.vouchers import Voucher
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry, Posting

PAGE = 500  # postings: some thousand entries, whatever the period holds
PAYPAL = "PayPal"  # whom a fee goes to
NOBODY = (None, None)  # of a posting that is about no booking


class Line(NamedTuple):
    """One entry with its posting. `reference` is its booking's, where it has one; `party` who stands on the
    other side: the booking's renter, of a fee PayPal."""

    posted_at: datetime
    posting_id: UUID
    kind: str
    source: str
    reference: str | None
    account: Account
    detail: str | None
    amount: Money
    voucher: Voucher
    party: str | None


def lines(*, start: datetime, end: datetime) -> Iterator[Line]:
    """The entries of a period. Each posting's stand together, and sum to zero."""
    after: tuple[datetime, UUID] | None = None
    while True:
        postings = _page(start=start, end=end, after=after)
        if not postings:
            return
        yield from _lines_of(postings)
        after = (postings[-1].posted_at, postings[-1].id)


def of_booking(booking_id: UUID) -> list[Line]:
    """Every entry of one booking, from the first on."""
    found = session().scalars(select(Posting).where(Posting.booking_id == booking_id))
    return list(_lines_of(list(found)))


def party_of(posting_kind: str, renter: str | None) -> str | None:
    """Who stands on the other side of a posting."""
    return PAYPAL if posting_kind == "fee" else renter


def _page(*, start: datetime, end: datetime, after: tuple[datetime, UUID] | None) -> list[Posting]:
    query = (
        select(Posting)
        .where(Posting.posted_at >= start, Posting.posted_at < end)
        .order_by(Posting.posted_at, Posting.id)
        .limit(PAGE)
    )
    if after is not None:
        query = query.where(tuple_(Posting.posted_at, Posting.id) > tuple_(*after))
    return list(session().scalars(query))


def _lines_of(postings: list[Posting]) -> Iterator[Line]:
    named, entries = vouchers.of(postings), _entries_of(postings)
    known = _bookings({row.booking_id for row in postings if row.booking_id})
    for posting in sorted(postings, key=lambda row: (row.posted_at, row.id)):
        reference, renter = known.get(posting.booking_id, NOBODY)
        for entry in entries[posting.id]:
            yield Line(
                posting.posted_at,
                posting.id,
                posting.kind,
                posting.source,
                reference,
                Account(entry.account),
                entry.detail,
                Money(entry.amount, entry.currency),
                named[posting.id],
                party_of(posting.kind, renter),
            )


def _entries_of(postings: list[Posting]) -> dict[UUID, list[Entry]]:
    """Each posting's entries in their order, found by the postings' ids alone: none of them is read anew."""
    found: dict[UUID, list[Entry]] = {row.id: [] for row in postings}
    for entry in session().scalars(select(Entry).where(Entry.posting_id.in_(found)).order_by(Entry.id)):
        found[entry.posting_id].append(entry)
    return found


def _bookings(ids: Collection[UUID]) -> dict[UUID | None, tuple[str | None, str | None]]:
    """The references of bookings, and their renters."""
    query = (
        select(Booking.id, Booking.reference, Driver.name)
        .outerjoin(Driver, (Driver.booking_id == Booking.id) & (Driver.position == 0))
        .where(Booking.id.in_(ids))
    )
    return {booking_id: (reference, renter) for booking_id, reference, renter in session().execute(query)}
