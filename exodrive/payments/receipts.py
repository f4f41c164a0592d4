"""Takings at the desk: by terminal, in cash or by bank transfer; given back in whole or in part.

The booking must be locked by the caller, which guards its receipts as well. Rows are only added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound, Refused
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments.receipt_models import For, Method, Receipt, ReceiptKind

POSTED = "receipt"
# What the desk owes for it until it is settled, or, for charges, what the customer no longer owes.
OTHER_SIDE = {
    For.RENTAL: Account.PREPAID,
    For.DEPOSIT: Account.DEPOSITS,
    For.CHARGE: Account.RECEIVABLE,
}


class ReceiptNotFound(NotFound):
    """The booking has no such receipt, or it is none of money that was taken."""

    code = "receipt_not_found"


class NothingCounted(Refused):
    """An amount at the desk is more than nothing."""

    code = "nothing_counted"


class BeyondReceipt(Refused):
    """More than is left of what was taken. `left` is what there is."""

    code = "beyond_receipt"

    def __init__(self, left: Money) -> None:
        super().__init__(left.to_text())
        self.left = left


def take(
    booking_id: UUID,
    *,
    purpose: For,
    method: Method,
    amount: Money,
    reference: str,
    by: Actor,
    at: datetime,
) -> Receipt:
    """Record that the desk took `amount`. Raises NothingCounted."""
    if amount.amount <= 0:
        raise NothingCounted
    receipt = Receipt(
        id=new_id(),
        booking_id=booking_id,
        number=_next_number(booking_id),
        kind=ReceiptKind.TAKEN,
        of_id=None,
        purpose=purpose,
        method=method,
        amount=amount.amount,
        currency=amount.currency,
        reference=reference,
        reason=None,
        by=by.name,
        at=at,
    )
    return _record(receipt)


def give_back(
    receipt_id: UUID,
    *,
    booking_id: UUID,
    amount: Money,
    reference: str,
    reason: str,
    by: Actor,
    at: datetime,
    method: Method | None = None,
    stood_on: Mapping[Account, Money] | None = None,
) -> Receipt:
    """Record that `amount` of a receipt went back, by the method it came by unless another is named.

    `stood_on` says where in the books it stood, where that is not what its purpose says.
    Raises ReceiptNotFound, NothingCounted or BeyondReceipt.
    """
    taken = _taken(receipt_id, booking_id)
    return _against(
        taken,
        ReceiptKind.GIVEN_BACK,
        method=method or Method(taken.method),
        amount=amount,
        reference=reference,
        reason=reason,
        stood_on=stood_on,
        by=by,
        at=at,
    )


def correct(
    receipt_id: UUID,
    *,
    booking_id: UUID,
    amount: Money,
    reason: str,
    by: Actor,
    at: datetime,
    stood_on: Mapping[Account, Money] | None = None,
) -> Receipt:
    """Record that `amount` of a receipt was never taken; `stood_on` as above.

    Raises ReceiptNotFound, NothingCounted or BeyondReceipt.
    """
    taken = _taken(receipt_id, booking_id)
    return _against(
        taken,
        ReceiptKind.CORRECTED,
        method=Method(taken.method),
        amount=amount,
        reference=taken.reference,
        reason=reason,
        stood_on=stood_on,
        by=by,
        at=at,
    )


def of_booking(booking_id: UUID) -> list[Receipt]:
    """All that passed over the counter for a booking, in its order."""
    return list(
        session().scalars(select(Receipt).where(Receipt.booking_id == booking_id).order_by(Receipt.number))
    )


def of_bookings(booking_ids: Collection[UUID]) -> list[Receipt]:
    """All that passed over the counter for several bookings."""
    return list(session().scalars(select(Receipt).where(Receipt.booking_id.in_(booking_ids))))


def standing(rows: Iterable[Receipt], purpose: For, *, currency: str) -> Money:
    """What the desk has for a purpose: taken, less what went back or never came."""
    return total((row.signed for row in rows if row.purpose == purpose), currency=currency)


def left(receipt: Receipt, rows: Iterable[Receipt]) -> Money:
    """What is still there of one receipt; `rows` are all of its booking."""
    gone = total((row.money for row in rows if row.of_id == receipt.id), currency=receipt.currency)
    return receipt.money - gone


def _taken(receipt_id: UUID, booking_id: UUID) -> Receipt:
    found = session().get(Receipt, receipt_id)
    if found is None or found.booking_id != booking_id or found.kind != ReceiptKind.TAKEN:
        raise ReceiptNotFound(str(receipt_id))
    return found


def _against(
    taken: Receipt,
    kind: ReceiptKind,
    *,
    method: Method,
    amount: Money,
    reference: str,
    reason: str,
    stood_on: Mapping[Account, Money] | None,
    by: Actor,
    at: datetime,
) -> Receipt:
    rows = of_booking(taken.booking_id)
    there = left(taken, rows)
    if amount.amount <= 0 or amount.currency != taken.currency:
        raise NothingCounted
    if amount > there:
        raise BeyondReceipt(there)
    receipt = Receipt(
        id=new_id(),
        booking_id=taken.booking_id,
        number=rows[-1].number + 1,
        kind=kind,
        of_id=taken.id,
        purpose=taken.purpose,
        method=method,
        amount=amount.amount,
        currency=amount.currency,
        reference=reference,
        reason=reason,
        by=by.name,
        at=at,
    )
    return _record(receipt, stood_on=stood_on)


def _record(receipt: Receipt, *, stood_on: Mapping[Account, Money] | None = None) -> Receipt:
    session().add(receipt)
    session().flush()
    others: Mapping[Account, Money] = (
        {OTHER_SIDE[For(receipt.purpose)]: -receipt.signed} if stood_on is None else stood_on
    )
    postings.post(
        POSTED,
        source=f"receipt:{receipt.id}",
        booking_id=receipt.booking_id,
        sides={Account.CASH: receipt.signed, **others},
        at=receipt.at,
    )
    return receipt


def _next_number(booking_id: UUID) -> int:
    rows = of_booking(booking_id)
    return rows[-1].number + 1 if rows else 1
