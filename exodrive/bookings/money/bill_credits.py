"""What a credit note takes off a booking's open bills: nobody is asked for more than is owed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from exodrive.billing import crediting, operations, queries
from exodrive.billing.models import Bill
from exodrive.billing.states import OPEN
from exodrive.bookings import owing, transitions
from exodrive.bookings.models import Booking
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.money import Money

CREDITED = "bill.credited"


def lock_open(booking: Booking) -> list[Bill]:
    """The open bills of a locked booking, locked, oldest first."""
    return [operations.lock(row.id) for row in queries.of_booking(booking.id) if row.state in OPEN]


def lower(
    booking: Booking,
    bills: Iterable[Bill],
    most: Money,
    *,
    first: UUID | None,
    note: str,
    by: Actor,
    at: datetime,
) -> None:
    """Take off what the bills ask for beyond what is owed, `most` at the most: from the `first` one first.

    `note` is the credit note's number; what it lowers is posted already.
    """
    beyond = max(-owing.unbilled(booking), Money.zero(booking.currency))
    left = min(beyond, most)
    for bill in sorted(bills, key=lambda row: row.id != first):
        taken = crediting.credit(bill, left, reference=note, at=at)
        left -= taken
        if taken:
            session().flush()
            transitions.note(
                booking, CREDITED, by=by, at=at, bill=str(bill.id), number=bill.number, note=note,
                currency=bill.currency, amount=taken.amount,
            )  # fmt: skip
