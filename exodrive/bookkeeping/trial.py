"""The trial balance of a period, and the taxes within it. Debits are positive; each balance sums to zero."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    select,
    true,
    union_all,
)

from exodrive.kernel.db import session
from exodrive.kernel.money import Money, total
from exodrive.ledger import forward
from exodrive.ledger.models import Account, BroughtForward, Entry, Posting

# Account, detail, currency; then what stood before the period, and both sides within it.
Side = Select[str, str | None, str, int, int, int]


class Row(NamedTuple):
    """One account in one currency; of the tax account, one tax of one place."""

    account: Account
    detail: str | None
    opening: Money
    debits: Money
    credits: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debits - self.credits

    @property
    def currency(self) -> str:
        return self.opening.currency


class Reading(NamedTuple):
    """A period's balance and its taxes, of one reading of the ledger."""

    balance: list[Row]
    taxes: list[Row]


def balance(*, start: datetime, end: datetime) -> list[Row]:
    """Every account that was ever used, in the order of the chart."""
    return read(start=start, end=end).balance


def taxes(*, start: datetime, end: datetime) -> list[Row]:
    """The tax account by place and code: what became due is a credit, what was corrected a debit."""
    return read(start=start, end=end).taxes


def read(*, start: datetime, end: datetime) -> Reading:
    """Both, for whoever shows both."""
    rows = _by_detail(start=start, end=end)
    return Reading(_by_account(rows), [row for row in rows if row.account is Account.TAX])


def _by_account(rows: list[Row]) -> list[Row]:
    """The rows of one account and currency as one; they come beside each other."""
    found: list[Row] = []
    for (account, currency), group in groupby(rows, key=lambda row: (row.account, row.currency)):
        sides = zip(*((row.opening, row.debits, row.credits) for row in group), strict=True)
        found.append(Row(account, None, *(total(side, currency=currency) for side in sides)))
    return found


def _by_detail(*, start: datetime, end: datetime) -> list[Row]:
    """Added up from the last midnight by the start to which balances were brought forward."""
    since = forward.latest(until=start)
    sides = union_all(_brought(since), _posted(since, start=start, end=end)).subquery()
    of = (sides.c.account, sides.c.detail, sides.c.currency)
    amounts = (sides.c.opening, sides.c.debits, sides.c.credits)
    found = [
        Row(Account(account), why, *(Money(int(amount), currency) for amount in sums))
        for account, why, currency, *sums in session().execute(
            select(*of, *map(func.sum, amounts)).group_by(*of)
        )
    ]
    order = list(Account)
    return sorted(found, key=lambda row: (row.currency, order.index(row.account), row.detail or ""))


def _brought(since: datetime | None) -> Side:
    nothing = literal(0, BigInteger)
    return select(
        BroughtForward.account,
        BroughtForward.detail,
        BroughtForward.currency,
        BroughtForward.amount.label("opening"),
        nothing.label("debits"),
        nothing.label("credits"),
    ).where(BroughtForward.up_to == since)


def _posted(since: datetime | None, *, start: datetime, end: datetime) -> Side:
    before, within = Posting.posted_at < start, Posting.posted_at >= start
    return (
        select(
            Entry.account,
            Entry.detail,
            Entry.currency,
            _sum(before, sign=1).label("opening"),
            _sum(and_(within, Entry.amount > 0), sign=1).label("debits"),
            _sum(and_(within, Entry.amount < 0), sign=-1).label("credits"),
        )
        .join(Posting, Posting.id == Entry.posting_id)
        .where(Posting.posted_at < end, Posting.posted_at >= since if since is not None else true())
        .group_by(Entry.account, Entry.detail, Entry.currency)
    )


def _sum(condition: ColumnElement[bool], *, sign: int) -> ColumnElement[int]:
    return func.coalesce(func.sum(sign * Entry.amount).filter(condition), 0)
