"""A booking's money by the staff's programs. PayPal itself is asked by workers: 202, and where to look."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin import booking_file, money_deeds
from exodrive.blueprints.api.admin.booking_file import AdminBooking
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.money_deeds import SAYS, MoneyDeed
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import LARGEST_AMOUNT, WHOLE, Currency, Shape
from exodrive.bookings.by_hand import capturing, refunding, releasing
from exodrive.bookings.by_hand.purse import (
    AmountBeyond,
    HoldClosed,
    HoldOver,
    MoneyUnderWay,
    NoAmount,
    NothingPaid,
)
from exodrive.bookings.by_hand.refunding import NothingTaken, RefundTooLate
from exodrive.bookings.money import fee_invoices
from exodrive.bookings.money.fee_invoices import InvoiceNotYet, NothingToInvoice
from exodrive.bookings.money.settlement import AlreadySettling
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel import money
from exodrive.payments.operations import OperationNotFound
from exodrive.payments.states import Purpose
from exodrive.payments.wishes import NothingHeld

TAG = "Desk: money"
REFUSALS = (BookingNotFound, NothingPaid, MoneyUnderWay, AlreadySettling)


class Asked(Shape):
    """So much of the booking's currency, more than nothing."""

    amount: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT), WHOLE]
    currency: Currency

    def plain(self) -> money.Money:
        return money.Money(self.amount, self.currency)


class Voiding(Shape):
    """Let go of it, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Pays another way"}]})

    purpose: Purpose = Purpose.RENTAL
    number: Annotated[int, Field(ge=1, le=1000), WHOLE] = 1
    """Of which change, where that is the purpose: they are counted as they were asked to be paid."""
    reason: Reason
    """It stays in the booking's record."""


class Refunding(Voiding):
    """Give back, how much, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"amount": {"amount": 5000, "currency": "USD"}, "reason": "Washed badly"}]
        }
    )

    amount: Asked | None = None
    """Left out: all that one refund can."""


class Capturing(Voiding):
    """Take, how much, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"amount": {"amount": 50000, "currency": "USD"}, "final": False, "reason": "First part"}
            ]
        }
    )

    amount: Asked | None = None
    """Left out: all that is held."""
    final: bool = True
    """Let go of the rest with it; otherwise it stays held, and the plan or the settlement takes it."""


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/capture-payment",
    tag=TAG,
    summary="Capture held money",
    answers=SAYS,
    errors=(*REFUSALS, HoldClosed, HoldOver, NothingHeld, NoAmount, AmountBeyond),
    key_required=True,
    waits=True,
    matches=booking_file.SEEN,
)
def admin_capture_payment(call: Call, *, booking_id: UUID, body: Capturing) -> Answer:
    """Take what PayPal holds for the rental or the deposit, the whole or a part.

    Where PayPal no longer guarantees the money, it is renewed first, which is the call that is answered; the
    capture follows it.
    """
    wanted = capturing.capture(
        booking_id,
        purpose=body.purpose,
        number=body.number,
        amount=body.amount.plain() if body.amount else None,
        final=body.final,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return money_deeds.asked(booking_id, wanted)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/void-payment",
    tag=TAG,
    summary="Let go of held money",
    answers=SAYS,
    errors=(*REFUSALS, HoldClosed, HoldOver, NothingHeld),
    waits=True,
    matches=booking_file.SEEN,
)
def admin_void_payment(call: Call, *, booking_id: UUID, body: Voiding) -> Answer:
    """Have PayPal let go of all that it still holds; what was captured stays."""
    wanted = releasing.void(
        booking_id,
        purpose=body.purpose,
        number=body.number,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return money_deeds.asked(booking_id, wanted)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/refund",
    tag=TAG,
    summary="Give money back",
    answers=SAYS,
    errors=(*REFUSALS, NothingTaken, RefundTooLate, NoAmount, AmountBeyond),
    key_required=True,
    waits=True,
    matches=booking_file.SEEN,
)
def admin_refund(call: Call, *, booking_id: UUID, body: Refunding) -> Answer:
    """Give back what was captured, the whole or a part; several times, up to what is left.

    It lowers the price: nobody owes it afterwards. PayPal refunds capture by capture, for 180 days.
    """
    wanted = refunding.refund(
        booking_id,
        purpose=body.purpose,
        number=body.number,
        amount=body.amount.plain() if body.amount else None,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return money_deeds.asked(booking_id, wanted)


@operation(
    "GET",
    "/admin/money-deeds/<uuid:operation_id>",
    tag=TAG,
    summary="Read what became of a call to PayPal",
    answers={200: Says(MoneyDeed, "How it stands.")},
    errors=(OperationNotFound,),
)
def admin_read_money_deed(_call: Call, *, operation_id: UUID) -> Answer:
    """A capture, release or refund that was wanted, by whoever wanted it."""
    return Answer(money_deeds.look(operation_id))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/create-invoice",
    tag=TAG,
    summary="Issue the invoice now",
    answers={200: Says(AdminBooking, "It has its `invoice_number`; the PDF is made and mailed by workers.")},
    errors=(BookingNotFound, InvoiceNotYet, NothingToInvoice),
    matches=booking_file.SEEN,
)
def admin_create_invoice(call: Call, *, booking_id: UUID) -> Answer:
    """Issue the invoice of a booking that ended for a fee. A rental's own comes with its settlement.

    Normal twice: a booking has one invoice.
    """
    fee_invoices.issue(booking_id, by=call.caller.actor, at=call.at)
    return Answer(booking_file.look(booking_id))
