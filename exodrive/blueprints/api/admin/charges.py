"""A booking's charges by the staff's programs, and tolls and fines from a file."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.money import TAG, Asked
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import WHOLE, Id, Line, Moment, Money, Shape
from exodrive.blueprints.toll_words import in_words
from exodrive.bookings import models as rows
from exodrive.bookings import queries, transitions
from exodrive.bookings.after_return import late_charges, objections, tolls
from exodrive.bookings.after_return.late_charges import ChargesClosed, ChargeUnusable, ClaimTooLate
from exodrive.bookings.after_return.toll_files import TollFileUnreadable
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge import charging
from exodrive.bookings.charge.charge_models import ChargeObjection
from exodrive.bookings.charge.charges import ChargeClosed, ChargeNotFound
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.charge_states import ChargeState
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money.settlement import AlreadySettling, ReasonMissing
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel import money

CHARGE: dict[str, Any] = {
    "id": "019a1f6e-6f1c-7c3e-9c53-0d8b3f2a7e11",
    "kind": "toll",
    "amount": {"amount": 450, "currency": "USD"},
    "from_deposit": {"amount": 450, "currency": "USD"},
    "given_back": {"amount": 0, "currency": "USD"},
    "credited": {"amount": 0, "currency": "USD"},
    "state": "settled",
    "late": False,
    "note": "",
    "arose_at": "2026-12-14T15:32:00Z",
    "entered_at": "2027-01-04T14:00:00Z",
    "entered_by": "Ada Agent",
    "bill_id": None,
    "objection": None,
    "answer": None,
}


class BookedCharge(Shape):
    """A charge, what of it came from the deposit, and what its customer says to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHARGE]})

    id: Id
    kind: ChargeKind
    amount: Money
    from_deposit: Money
    given_back: Money
    credited: Money
    """What its bill asks for less since."""
    state: ChargeState
    late: bool
    """It came up after the settlement, and stands on a bill and an invoice of its own."""
    note: str
    arose_at: Moment
    entered_at: Moment
    entered_by: str
    bill_id: Id | None
    objection: str | None
    answer: str | None

    @classmethod
    def of(cls, row: rows.Charge, objection: ChargeObjection | None, *, currency: str) -> Self:
        return cls(
            id=row.id,
            kind=ChargeKind(row.kind),
            amount=Money(amount=row.amount, currency=currency),
            from_deposit=Money(amount=row.from_deposit, currency=currency),
            given_back=Money(amount=row.given_back, currency=currency),
            credited=Money(amount=row.credited, currency=currency),
            state=ChargeState(row.state),
            late=row.late,
            note=row.note,
            arose_at=row.arose_at,
            entered_at=row.entered_at,
            entered_by=row.entered_by,
            bill_id=row.bill_id,
            objection=objection.text if objection else None,
            answer=objection.answer if objection else None,
        )


class BookedCharges(Shape):
    """All charges that a booking ever had."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"charges": [CHARGE]}]})

    charges: tuple[BookedCharge, ...]


class NewCharge(Shape):
    """Something to be paid beside the price."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "damage",
                    "amount": {"amount": 38000, "currency": "USD"},
                    "note": "Kerb mark, front left",
                }
            ]
        }
    )

    kind: ChargeKind
    amount: Asked | None = None
    """Left out only for loss of use, which `days` work out."""
    days: Annotated[int, Field(ge=1, le=365), WHOLE] | None = None
    """For loss of use: so many days at the day's price."""
    note: Annotated[Line, Field(max_length=300)]
    """What it is for; the customer reads it."""
    arose_at: Moment | None = None
    """Left out: now."""
    claimed: bool = False
    """An estimate that is still being assessed; the deposit stays until it is."""


class Dropping(Shape):
    """Let go, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Was there before"}]})

    reason: Reason


class Tolls(Shape):
    """A file of tolls and fines, as text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "csv": "plate,time,amount,place\nABC 123,2026-12-14 10:32,4.50,Bay Bridge\n",
                    "dry_run": True,
                }
            ]
        }
    )

    csv: Annotated[str, Field(min_length=1, max_length=60_000)]
    """The first line names the columns: plate, time, amount; currency, place, reference, kind."""
    dry_run: bool = True
    """Say what would become of each row, and charge nothing."""


class TollRow(Shape):
    """What becomes of a row."""

    line: int
    outcome: str
    """`matched`, or why it is not charged."""
    detail: str
    booking: str | None
    """The reference of the rental that it belongs to."""


class TollsRead(Shape):
    """What became of a file, row by row."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "imported": False,
                    "rows": [
                        {
                            "line": 2,
                            "outcome": "matched",
                            "detail": "Will be charged",
                            "booking": "EXD-7K4M2Q",
                        }
                    ],
                }
            ]
        }
    )

    imported: bool
    rows: tuple[TollRow, ...]


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/charges",
    tag=TAG,
    summary="List a booking's charges",
    answers={200: Says(BookedCharges, "All of them, dropped and late ones too.")},
    errors=(BookingNotFound,),
)
def admin_list_charges(_call: Call, *, booking_id: UUID) -> Answer:
    """In the order in which they were entered."""
    booking = queries.by_id(booking_id)
    found = booked.all_of(booking.id)
    said = objections.of_charges(found)
    return Answer(
        BookedCharges(
            charges=tuple(BookedCharge.of(row, said.get(row.id), currency=booking.currency) for row in found)
        )
    )


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/charges",
    tag=TAG,
    summary="Charge for something",
    answers={201: Says(BookedCharge, "It is entered; of a closed rental it is billed.")},
    errors=(BookingNotFound, AlreadySettling, ChargesClosed, ChargeUnusable, ClaimTooLate),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_add_charge(call: Call, *, booking_id: UUID, body: NewCharge) -> Answer:
    """Before the settlement it waits for that and comes from the deposit. After it the renter gets a bill."""
    booking = transitions.lock(booking_id)
    row = late_charges.add(
        booking_id,
        _line(booking, body),
        claimed=body.claimed,
        arose_at=body.arose_at,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(BookedCharge.of(row, None, currency=booking.currency), 201)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/charges/<uuid:charge_id>/drop",
    tag=TAG,
    summary="Let a charge go",
    answers={200: Says(BookedCharge, "It is let go, and stays on record.")},
    errors=(BookingNotFound, ChargeNotFound, ChargeClosed, AlreadySettling, ReasonMissing),
    matches=booking_file.SEEN,
)
def admin_drop_charge(call: Call, *, booking_id: UUID, charge_id: UUID, body: Dropping) -> Answer:
    """Only what is not settled yet."""
    booking = transitions.lock(booking_id)
    row = late_charges.drop(booking_id, charge_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(BookedCharge.of(row, None, currency=booking.currency))


@operation(
    "POST",
    "/admin/tolls",
    tag=TAG,
    summary="Charge tolls and fines from a file",
    answers={200: Says(TollsRead, "What becomes of each row.")},
    errors=(TollFileUnreadable,),
    key_required=True,
)
def admin_import_tolls(call: Call, *, body: Tolls) -> Answer:
    """Each row goes to the rental in whose hands the car was then. None is ever charged twice."""
    kept = tolls.keep(body.csv.encode(), name="tolls.csv", by=call.caller.actor, at=call.at)
    found = tolls.preview(kept, at=call.at)
    if not body.dry_run:
        tolls.import_file(kept.id, by=call.caller.actor, at=call.at)
    return Answer(
        TollsRead(
            imported=not body.dry_run,
            rows=tuple(
                TollRow(
                    line=each.row.line,
                    outcome=each.outcome,
                    detail=in_words(each.outcome, imported=not body.dry_run),
                    booking=each.stay.reference if each.stay else None,
                )
                for each in found
            ),
        )
    )


def _line(booking: Booking, body: NewCharge) -> ChargeLine:
    if body.kind is ChargeKind.LOSS_OF_USE and body.days is not None:
        return charging.loss_of_use(booking, days=body.days, note=body.note)
    if body.amount is None:
        raise ChargeUnusable
    return ChargeLine(body.kind, money.Money(body.amount.amount, body.amount.currency), note=body.note)
