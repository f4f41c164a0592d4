"""Posting to the ledger and reading balances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry, Posting


class Unbalanced(ValueError):
    """The sides of a posting do not sum to zero: a fault of the caller."""


def post(
    kind: str,
    *,
    source: str,
    booking_id: UUID | None,
    sides: Mapping[Account, Money],
    at: datetime,
) -> bool:
    """Write one posting; False if `source` was posted before. Debits positive, credits negative.

    Raises Unbalanced. A posting whose sides are all zero is not written.
    """
    entries = {account: side for account, side in sides.items() if side}
    if sum(side.amount for side in entries.values()) or len({s.currency for s in entries.values()}) > 1:
        raise Unbalanced(source)
    if not entries:
        return False
    posting_id = session().scalar(
        insert(Posting)
        .values(id=new_id(), source=source, kind=kind, booking_id=booking_id, posted_at=at)
        .on_conflict_do_nothing(index_elements=["source"])
        .returning(Posting.id)
    )
    if posting_id is None:
        return False
    session().add_all(
        Entry(posting_id=posting_id, account=account, amount=side.amount, currency=side.currency)
        for account, side in entries.items()
    )
    session().flush()
    return True


def balance(account: Account, *, currency: str, booking_id: UUID | None = None) -> Money:
    """What stands on an account, of the whole house or of one booking."""
    query = select(func.coalesce(func.sum(Entry.amount), 0)).where(
        Entry.account == account, Entry.currency == currency
    )
    if booking_id is not None:
        query = query.join(Posting, Posting.id == Entry.posting_id).where(Posting.booking_id == booking_id)
    return Money(int(session().scalar(query) or 0), currency)
