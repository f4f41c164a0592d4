"""A booking's bills by the staff's programs. PayPal carries them, and is asked by workers."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.billing import models, opening, operations, queries
from exodrive.billing.moving import BillMoveImpossible
from exodrive.billing.opening import BillLine
from exodrive.billing.operations import BillNotFound
from exodrive.billing.states import BillState
from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.money import Asked
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Id, Line, Moment, Money, Shape
from exodrive.bookings import transitions
from exodrive.bookings.by_hand import bills
from exodrive.bookings.by_hand.bills import BillBusy, BillTooEarly, Taken
from exodrive.bookings.by_hand.purse import AmountBeyond, NoAmount
from exodrive.bookings.transitions import BookingNotFound
from exodrive.rendering import price_words

TAG = "Desk: bills"
MOVES = (BookingNotFound, BillNotFound, BillMoveImpossible)
LINE: dict[str, Any] = {"name": "A scratched rim", "amount": {"amount": 40000, "currency": "USD"}}
BILL: dict[str, Any] = {
    "id": "0198a1f2-7c4e-7b1a-9f00-3d2b6c9a8e11",
    "number": "B-7K4M2Q9XTB",
    "state": "sent",
    "total": {"amount": 40000, "currency": "USD"},
    "paid": {"amount": 0, "currency": "USD"},
    "outstanding": {"amount": 40000, "currency": "USD"},
    "written_off": {"amount": 0, "currency": "USD"},
    "credited": {"amount": 0, "currency": "USD"},
    "lines": [{"name": "A scratched rim", "reason": "", "amount": {"amount": 40000, "currency": "USD"}}],
    "note": "",
    "pay_url": "https://www.paypal.com/invoice/p/#7K4M2Q9XTB",
    "trouble": None,
    "under_way": False,
    "due_at": "2026-12-15T15:00:00Z",
    "sent_at": "2026-12-01T15:00:02Z",
    "paid_at": None,
}


class AskedLine(Shape):
    """One line: what it is for, in words for the customer, and how much."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE]})

    name: Annotated[Line, Field(max_length=120)]
    amount: Asked


class Opening(Shape):
    """A bill by hand."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lines": [LINE], "reason": "Found on washing"}]}
    )

    lines: Annotated[list[AskedLine], Field(min_length=1, max_length=20)]
    note: Annotated[
        str, Field(max_length=1000, pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$")
    ] = ""
    """The customer reads it."""
    reason: Reason
    """It stays in the booking's record."""


class Recording(Shape):
    """Money that came at the desk or at the bank."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"amount": {"amount": 15000, "currency": "USD"}, "method": "terminal", "reference": "slip 12"}
            ]
        }
    )

    amount: Asked
    method: Taken
    reference: Annotated[Line, Field(max_length=120)] | None = None


class Why(Shape):
    """A deed with its reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Billed to the wrong booking"}]})

    reason: Reason
    """It stays in the booking's record."""


class BilledLine(Shape):
    """A line as the customer reads it."""

    model_config = ConfigDict(json_schema_extra={"examples": [BILL["lines"][0]]})

    name: str
    reason: str
    amount: Money


class AdminBill(Shape):
    """A bill as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [BILL]})

    id: Id
    number: str
    """Ours, and the invoice's number at PayPal."""
    state: BillState
    total: Money
    paid: Money
    """At PayPal and at the desk."""
    outstanding: Money
    written_off: Money
    credited: Money
    """What credit notes took off."""
    lines: list[BilledLine]
    note: str
    pay_url: str | None
    """PayPal's page for the customer, once there is one."""
    trouble: str | None
    """Why a person has to look: PayPal's word for a refusal, or ours."""
    under_way: bool
    """Whether PayPal is being asked something."""
    due_at: Moment
    sent_at: Moment | None
    paid_at: Moment | None

    @classmethod
    def of(cls, bill: models.Bill) -> Self:
        def money(amount: int) -> Money:
            return Money(amount=amount, currency=bill.currency)

        return cls(
            id=bill.id,
            number=bill.number,
            state=BillState(bill.state),
            total=money(bill.amount),
            paid=money(bill.paid),
            outstanding=money(bill.outstanding.amount),
            written_off=money(bill.written_off),
            credited=money(bill.credited),
            lines=[
                BilledLine(name=row.name, reason=row.reason, amount=money(row.amount.amount))
                for row in price_words.rows(opening.lines_of(bill))
            ],
            note=bill.note,
            pay_url=bill.view_url,
            trouble=bill.trouble,
            under_way=any(row.state in operations.OPEN for row in bill.operations),
            due_at=bill.due_at,
            sent_at=bill.sent_at,
            paid_at=bill.paid_at,
        )


class AdminBills(Shape):
    """A booking's bills, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [BILL]}]})

    items: list[AdminBill]


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/bills",
    tag=TAG,
    summary="List a booking's bills",
    answers={200: Says(AdminBills, "All of them, oldest first.")},
    errors=(BookingNotFound,),
)
def admin_list_bills(_call: Call, *, booking_id: UUID) -> Answer:
    """What the customer was asked to pay beyond what was held or taken."""
    transitions.lock(booking_id)
    return Answer(AdminBills(items=[AdminBill.of(row) for row in queries.of_booking(booking_id)]))


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills",
    tag=TAG,
    summary="Open a bill",
    answers={201: Says(AdminBill, "It is on its way: PayPal makes and mails it.")},
    errors=(BookingNotFound, BillTooEarly, NoAmount, AmountBeyond),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_open_bill(call: Call, *, booking_id: UUID, body: Opening) -> Answer:
    """Bill a booking that is over: first what it owes by the books, then what goes beyond as a charge."""
    made = bills.open_by_hand(
        booking_id,
        lines=[BillLine("charge_other", {"note": row.name}, row.amount.plain()) for row in body.lines],
        note=body.note,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(AdminBill.of(made), 201)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills/<uuid:bill_id>/send",
    tag=TAG,
    summary="Send a bill again",
    answers={202: Says(AdminBill, "It is on its way.")},
    errors=MOVES,
    matches=booking_file.SEEN,
)
def admin_send_bill(call: Call, *, booking_id: UUID, bill_id: UUID) -> Answer:
    """Have it made and mailed where PayPal refused that, else mail our letter with the way to pay again."""
    _own(booking_id, bill_id)
    bills.send_again(bill_id, by=call.caller.actor, at=call.at)
    return _look(bill_id, 202)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills/<uuid:bill_id>/remind",
    tag=TAG,
    summary="Remind of a bill",
    answers={202: Says(AdminBill, "PayPal is asked to remind, and a letter goes out.")},
    errors=MOVES,
    matches=booking_file.SEEN,
)
def admin_remind_bill(call: Call, *, booking_id: UUID, bill_id: UUID) -> Answer:
    """Remind the customer now; the policy's own reminders count from here."""
    _own(booking_id, bill_id)
    bills.remind(bill_id, by=call.caller.actor, at=call.at)
    return _look(bill_id, 202)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills/<uuid:bill_id>/check",
    tag=TAG,
    summary="Ask PayPal how a bill stands",
    answers={202: Says(AdminBill, "PayPal is asked; what it shows counts here.")},
    errors=(BookingNotFound, BillNotFound),
    matches=booking_file.SEEN,
)
def admin_check_bill(_call: Call, *, booking_id: UUID, bill_id: UUID) -> Answer:
    """Have a worker read it now, as the daily reconciliation and PayPal's own messages do."""
    _own(booking_id, bill_id)
    bills.look_again(bill_id)
    return _look(bill_id, 202)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills/<uuid:bill_id>/cancel",
    tag=TAG,
    summary="Withdraw a bill",
    answers={202: Says(AdminBill, "It is withdrawn once PayPal has done it: see `state`.")},
    errors=(*MOVES, BillBusy),
    matches=booking_file.SEEN,
)
def admin_cancel_bill(call: Call, *, booking_id: UUID, bill_id: UUID, body: Why) -> Answer:
    """Withdraw a bill of which nothing was paid. What it asked for is still owed."""
    _own(booking_id, bill_id)
    bills.cancel(bill_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return _look(bill_id, 202)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills/<uuid:bill_id>/record-payment",
    tag=TAG,
    summary="Note money for a bill",
    answers={200: Says(AdminBill, "It counts from now on, and PayPal is told.")},
    errors=(*MOVES, BillBusy, NoAmount, AmountBeyond),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_record_bill_payment(call: Call, *, booking_id: UUID, bill_id: UUID, body: Recording) -> Answer:
    """Note money that came at the desk or at the bank. None moves by it."""
    _own(booking_id, bill_id)
    bills.record_payment(
        bill_id,
        amount=body.amount.plain(),
        method=body.method,
        reference=body.reference or "",
        by=call.caller.actor,
        at=call.at,
    )
    return _look(bill_id)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/bills/<uuid:bill_id>/write-off",
    tag=TAG,
    summary="Write off the rest of a bill",
    answers={200: Says(AdminBill, "Nobody owes it any more.")},
    errors=(*MOVES, BillBusy),
    matches=booking_file.SEEN,
)
def admin_write_off_bill(call: Call, *, booking_id: UUID, bill_id: UUID, body: Why) -> Answer:
    """Give up what is still owed on it. It cannot be undone; money that comes later is taken all the same."""
    _own(booking_id, bill_id)
    bills.write_off(bill_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return _look(bill_id)


def _own(booking_id: UUID, bill_id: UUID) -> None:
    """Only a bill of this booking."""
    transitions.lock(booking_id)
    if queries.booking_of(bill_id) != booking_id:
        raise BillNotFound(str(bill_id))


def _look(bill_id: UUID, status: int = 200) -> Answer:
    return Answer(AdminBill.of(queries.one(bill_id)), status)
