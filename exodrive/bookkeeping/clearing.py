"""What moved at PayPal, by PayPal's own ids: the other side of PayPal's statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from exodrive.billing.models import Bill, BillPayment
from exodrive.bookkeeping import movements
from exodrive.bookkeeping.movements import Movement
from exodrive.bookkeeping.vouchers import cause
from exodrive.kernel.db import session
from exodrive.ledger.models import Account
from exodrive.payments.models import Capture, Refund

CAPTURES = frozenset({"capture", "fee"})
BILLS = frozenset({"bill_payment", "bill_fee"})


class AtPayPal(NamedTuple):
    """What PayPal knows it by. `of` is the capture that a refund is of; `ours` its invoice id there."""

    paypal_id: str | None
    of: str | None = None
    ours: str | None = None
    happened_at: datetime | None = None


def of_period(*, start: datetime, end: datetime) -> Iterator[tuple[Movement, AtPayPal]]:
    """Every movement of the clearing account, each with what it is at PayPal."""
    for page in movements.of(Account.CLEARING, start=start, end=end):
        sources = [cause(row.posting.source) for row in page]
        known = _captures(sources) | _refunds(sources) | _bills(sources)
        for row, source in zip(page, sources, strict=True):
            yield row, known.get(source[1]) or AtPayPal(source[1])


def _captures(sources: Iterable[tuple[str, str]]) -> dict[str, AtPayPal]:
    rows = session().scalars(select(Capture).where(Capture.paypal_id.in_(_named(sources, CAPTURES))))
    return {
        row.paypal_id: AtPayPal(row.paypal_id, ours=row.invoice_id, happened_at=row.created_at)
        for row in rows
    }


def _refunds(sources: Iterable[tuple[str, str]]) -> dict[str, AtPayPal]:
    query = (
        select(Refund, Capture.paypal_id)
        .join(Capture, Capture.id == Refund.capture_id)
        .where(Refund.paypal_id.in_(_named(sources, {"refund"})))
    )
    return {
        row.paypal_id: AtPayPal(row.paypal_id, of=capture, ours=row.invoice_id, happened_at=row.created_at)
        for row, capture in session().execute(query)
    }


def _bills(sources: Iterable[tuple[str, str]]) -> dict[str, AtPayPal]:
    ids = [UUID(subject) for subject in _named(sources, BILLS)]
    query = (
        select(BillPayment, Bill.number)
        .join(Bill, Bill.id == BillPayment.bill_id)
        .where(BillPayment.id.in_(ids))
    )
    return {
        str(row.id): AtPayPal(row.paypal_id, ours=number, happened_at=row.paid_at)
        for row, number in session().execute(query)
    }


def _named(sources: Iterable[tuple[str, str]], names: Iterable[str]) -> set[str]:
    wanted = frozenset(names)
    return {subject for name, subject in sources if name in wanted}
