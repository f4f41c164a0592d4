"""Posting to the ledger and reading balances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry, Posting

# An account, or an account with the detail of the entry.
Side = Account | tuple[Account, str]
Sides = Mapping[Account, Money] | Mapping[tuple[Account, str], Money] | Mapping[Side, Money]


class Unbalanced(ValueError):
    """The sides of a posting do not sum to zero: a fault of the caller."""


def post(
    kind: str,
    *,
    source: str,
    booking_id: UUID | None,
    sides: Sides,
    at: datetime,
) -> bool:
    """Write one posting; False if `source` was posted before. Debits positive, credits negative.

    A side is an account, or an account with a detail. Raises Unbalanced. A posting whose sides are all zero
    is not written.
    """
    entries = [(*account_of(side), amount) for side, amount in sides.items() if amount]
    if sum(amount.amount for *_, amount in entries) or len({a.currency for *_, a in entries}) > 1:
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
        Entry(
            posting_id=posting_id,
            account=account,
            detail=detail,
            amount=amount.amount,
            currency=amount.currency,
        )
        for account, detail, amount in entries
    )
    session().flush()
    return True


def account_of(side: Side) -> tuple[Account, str | None]:
    """An entry's account and detail."""
    return side if isinstance(side, tuple) else (side, None)


def posted(source: str) -> bool:
    """Whether a cause stands in the books already."""
    return session().scalar(select(Posting.id).where(Posting.source == source)) is not None


def balance(account: Account, *, currency: str, booking_id: UUID | None = None) -> Money:
    """What stands on an account, of the whole house or of one booking."""
    query = summing(account, currency=currency, booking_id=booking_id)
    return Money(int(session().scalar(query) or 0), currency)


def summing(account: Account, *, currency: str, booking_id: UUID | None = None) -> Select[int]:
    """The same as a query, for use in another one."""
    query = select(func.coalesce(func.sum(Entry.amount), 0)).where(
        Entry.account == account, Entry.currency == currency
    )
    if booking_id is not None:
        query = query.join(Posting, Posting.id == Entry.posting_id).where(Posting.booking_id == booking_id)
    return query
