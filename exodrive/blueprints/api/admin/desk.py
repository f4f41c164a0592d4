"""Money at the counter by the staff's programs, and a deposit that is let go before the settlement."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.booking_file import AdminBooking
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.money import TAG, Asked
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Id, Line, Moment, Money, Shape
from exodrive.bookings import queries
from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.by_hand.deposit_release import NothingToRelease
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.money import takings
from exodrive.bookings.money.settlement import AlreadySettling, ChargesContested
from exodrive.bookings.money.takings import AlreadySecured, BeyondOwed, CreditFirst, NotTakenNow
from exodrive.bookings.transitions import BookingNotFound
from exodrive.payments import receipts
from exodrive.payments.receipt_models import For, Method, ReceiptKind
from exodrive.payments.receipt_models import Receipt as Row
from exodrive.payments.receipts import BeyondReceipt, NothingCounted, ReceiptNotFound

AGAINST = (BookingNotFound, ReceiptNotFound, NothingCounted, BeyondReceipt)
Reference = Annotated[Line, Field(max_length=80)]
DEPOSIT: dict[str, Any] = {"amount": 250000, "currency": "USD"}
RECEIPT: dict[str, Any] = {
    "id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2d01",
    "number": 1,
    "kind": "taken",
    "of_id": None,
    "purpose": "deposit",
    "method": "terminal",
    "amount": DEPOSIT,
    "left": DEPOSIT,
    "reference": "Slip 7041",
    "reason": None,
    "by": "Dana Whitfield",
    "at": "2026-12-10T14:40:00Z",
}


class Receipt(Shape):
    """Money that passed over the counter; nothing changes it afterwards."""

    id: Id
    number: int
    """Counts the booking's receipts from 1."""
    kind: ReceiptKind
    of_id: Id | None
    """The receipt that was given back or corrected."""
    purpose: For
    method: Method
    amount: Money
    left: Money
    """What is still there of it."""
    reference: str
    reason: str | None
    by: str
    at: Moment

    @classmethod
    def of(cls, row: Row, rows: list[Row]) -> Self:
        there = receipts.left(row, rows) if row.kind == ReceiptKind.TAKEN else row.money - row.money
        return cls(
            id=row.id,
            number=row.number,
            kind=ReceiptKind(row.kind),
            of_id=row.of_id,
            purpose=For(row.purpose),
            method=Method(row.method),
            amount=Money.of(row.money),
            left=Money.of(there),
            reference=row.reference,
            reason=row.reason,
            by=row.by,
            at=row.at,
        )


class Receipts(Shape):
    """All that passed over the counter for a booking."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"receipts": [RECEIPT], "to_hand_back": {**DEPOSIT, "amount": 0}}]}
    )

    receipts: tuple[Receipt, ...]
    to_hand_back: Money
    """What the desk still has and owes the renter."""


class Taking(Shape):
    """Money that the desk took."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "purpose": "deposit",
                    "method": "terminal",
                    "amount": {"amount": 250000, "currency": "USD"},
                    "reference": "Slip 7041",
                }
            ]
        }
    )

    purpose: For = For.DEPOSIT
    method: Method
    amount: Asked
    reference: Reference
    """What finds it again: the terminal's slip, the bank's text."""


class HandingBack(Shape):
    """Money of a receipt that went back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"amount": DEPOSIT, "reference": "Slip 7058", "reason": "Inspected, no damage"}]
        }
    )

    amount: Asked
    method: Method | None = None
    """Left out: as it came."""
    reference: Reference
    reason: Reason


class Correcting(Shape):
    """So much of a receipt was never taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": DEPOSIT, "reason": "Typed twice"}]})

    amount: Asked
    reason: Reason


class Releasing(Shape):
    """What the inspection found."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Inspected, no damage"}]})

    reason: Reason


SAYS = {200: Says(Receipts, "It is written down.")}


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/receipts",
    tag=TAG,
    summary="List what passed over the counter",
    answers={200: Says(Receipts, "In the order of their numbers.")},
    errors=(BookingNotFound,),
)
def admin_list_receipts(_call: Call, *, booking_id: UUID) -> Answer:
    """Taken, handed back and corrected."""
    return Answer(_look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/receipts",
    tag=TAG,
    summary="Record money taken at the desk",
    answers=SAYS,
    errors=(BookingNotFound, NotTakenNow, AlreadySecured, NothingCounted, BeyondOwed),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_take_at_desk(call: Call, *, booking_id: UUID, body: Taking) -> Answer:
    """A deposit counts as held once the whole of it is there. The customer gets a receipt by mail.

    For the rental no more than PayPal neither holds nor has taken; for charges of a settled rental no more
    than is owed and asked for by no bill.
    """
    takings.take(
        booking_id,
        purpose=body.purpose,
        method=body.method,
        amount=body.amount.plain(),
        reference=body.reference,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(_look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/receipts/<uuid:receipt_id>/hand-back",
    tag=TAG,
    summary="Record money handed back",
    answers=SAYS,
    errors=(*AGAINST, CreditFirst),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_hand_back(call: Call, *, booking_id: UUID, receipt_id: UUID, body: HandingBack) -> Answer:
    """The whole of a receipt or a part; several times, up to what is left of it.

    Of a settled rental only what the house owes: what is left of the deposit, or what a credit note says.
    """
    takings.give_back(
        booking_id,
        receipt_id=receipt_id,
        amount=body.amount.plain(),
        method=body.method,
        reference=body.reference,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(_look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/receipts/<uuid:receipt_id>/correct",
    tag=TAG,
    summary="Correct a receipt",
    answers=SAYS,
    errors=AGAINST,
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_correct_receipt(call: Call, *, booking_id: UUID, receipt_id: UUID, body: Correcting) -> Answer:
    """So much of it was never taken: another row says so, and the receipt stays."""
    takings.correct(
        booking_id,
        receipt_id=receipt_id,
        amount=body.amount.plain(),
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(_look(booking_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/release-deposit",
    tag=TAG,
    summary="Release the deposit before the settlement",
    answers={200: Says(AdminBooking, "What no charge claims is on its way back.")},
    errors=(BookingNotFound, NothingToRelease, AlreadySettling, ChargesContested, MoneyUnderWay),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_release_deposit(call: Call, *, booking_id: UUID, body: Releasing) -> Answer:
    """The car was looked over: what is charged is taken of the deposit, the rest goes back at once."""
    deposit_release.release(booking_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))


def _look(booking_id: UUID) -> Receipts:
    booking = queries.by_id(booking_id)
    rows = receipts.of_booking(booking_id)
    owed = takings.owed(booking)
    return Receipts(receipts=tuple(Receipt.of(row, rows) for row in rows), to_hand_back=Money.of(owed))
