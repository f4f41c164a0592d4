"""What was taken at the desk and given back there: receipts, and bills that were paid outside of PayPal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from exodrive.billing.models import BillPayment
from exodrive.billing.ports import Method as BillMethod
from exodrive.bookkeeping import movements
from exodrive.bookkeeping.movements import Movement
from exodrive.bookkeeping.vouchers import cause
from exodrive.kernel.db import session
from exodrive.ledger.models import Account
from exodrive.payments.receipt_models import Method, Receipt

BILL = "bill"  # what a payment of a bill was taken for
# PayPal's words for how a bill was paid elsewhere, in the words of the receipts.
METHODS: dict[str, str] = {
    BillMethod.CASH: Method.CASH,
    BillMethod.CREDIT_CARD: Method.TERMINAL,
    BillMethod.DEBIT_CARD: Method.TERMINAL,
    BillMethod.BANK_TRANSFER: Method.TRANSFER,
    BillMethod.WIRE_TRANSFER: Method.TRANSFER,
}


class Slip(NamedTuple):
    """How it passed over the counter. `slip` is the terminal's or the bank's own text."""

    method: str | None = None
    purpose: str | None = None
    slip: str | None = None
    by: str | None = None
    reason: str | None = None


def of_period(*, start: datetime, end: datetime) -> Iterator[tuple[Movement, Slip]]:
    """Every movement of the desk's account, each with how it came or went."""
    for page in movements.of(Account.CASH, start=start, end=end):
        sources = [cause(row.posting.source) for row in page]
        known = _receipts(sources) | _bills(sources)
        for row, source in zip(page, sources, strict=True):
            yield row, known.get(source[1]) or Slip()


def _receipts(sources: Iterable[tuple[str, str]]) -> dict[str, Slip]:
    rows = session().scalars(select(Receipt).where(Receipt.id.in_(_named(sources, "receipt"))))
    return {str(row.id): Slip(row.method, row.purpose, row.reference, row.by, row.reason) for row in rows}


def _bills(sources: Iterable[tuple[str, str]]) -> dict[str, Slip]:
    rows = session().scalars(select(BillPayment).where(BillPayment.id.in_(_named(sources, "bill_payment"))))
    return {
        str(row.id): Slip(METHODS.get(row.method, row.method), BILL, row.reference, row.taken_by)
        for row in rows
    }


def _named(sources: Iterable[tuple[str, str]], name: str) -> list[UUID]:
    return [UUID(subject) for each, subject in sources if each == name]
