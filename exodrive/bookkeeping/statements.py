"""The statement of one booking: what was posted about it, and how its customer stands after each posting."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from exodrive.bookkeeping import journal
from exodrive.bookkeeping.journal import Line
from exodrive.kernel.money import Money, total
from exodrive.ledger.models import Account

# What stands between the house and its customer: what they owe, less what they have given in advance.
CUSTOMER = frozenset({Account.RECEIVABLE, Account.PREPAID, Account.DEPOSITS})


class Step(NamedTuple):
    """One posting. `balance` is the customer's after it: owed to the house, or by it where negative."""

    posted_at: datetime
    kind: str
    source: str
    lines: tuple[Line, ...]
    change: Money
    balance: Money


class Statement(NamedTuple):
    """From nothing to where it stands now; `accounts` are the closing balances of all that was touched."""

    steps: tuple[Step, ...]
    accounts: tuple[tuple[Account, Money], ...]
    closing: Money


def of_booking(booking_id: UUID, *, currency: str) -> Statement:
    """The statement of a booking in its currency."""
    lines = journal.of_booking(booking_id)
    steps, balance = [], Money.zero(currency)
    for _posting, group in groupby(lines, key=lambda line: line.posting_id):
        sides = tuple(group)
        change = total((line.amount for line in sides if line.account in CUSTOMER), currency=currency)
        balance += change
        first = sides[0]
        steps.append(Step(first.posted_at, first.kind, first.source, sides, change, balance))
    return Statement(tuple(steps), _closing(lines, currency), balance)


def _closing(lines: list[Line], currency: str) -> tuple[tuple[Account, Money], ...]:
    sums = (
        (account, total((line.amount for line in lines if line.account is account), currency=currency))
        for account in Account
    )
    return tuple((account, amount) for account, amount in sums if amount)
