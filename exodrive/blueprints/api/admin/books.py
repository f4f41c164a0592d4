"""The books by the staff's programs: what an accountant's software fetches."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin import booking_file, money
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.answers import Answer, File
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.shapes import Asked, Currency, Day, Moment, Money, Shape
from exodrive.bookings import queries
from exodrive.bookings.by_hand import correcting
from exodrive.bookings.by_hand.purse import AmountBeyond, NoAmount
from exodrive.bookings.transitions import BookingNotFound
from exodrive.bookkeeping import archive, sheets, statements, trial
from exodrive.bookkeeping.journal import Line
from exodrive.bookkeeping.periods import Period, PeriodUnclear
from exodrive.bookkeeping.sheets import SheetUnknown
from exodrive.bookkeeping.statements import Step
from exodrive.house import queries as houses
from exodrive.invoicing.issuing import InvoiceNotFound
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.ledger.models import Account

TAG = "Desk: books"
BALANCE: dict[str, Any] = {
    "account": "customer_prepayments",
    "currency": "USD",
    "opening": -125000,
    "debits": 425000,
    "credits": 540000,
    "closing": -240000,
}
HUNDRED: dict[str, Any] = {"amount": 10000, "currency": "USD"}
STEP: dict[str, Any] = {
    "posted_at": "2026-12-10T15:00:00Z",
    "kind": "captured",
    "source": "capture:8WM07411U3308425L",
    "lines": [
        {"account": "paypal_clearing", "detail": None, "amount": HUNDRED},
        {"account": "customer_prepayments", "detail": None, "amount": {**HUNDRED, "amount": -10000}},
    ],
    "balance": {**HUNDRED, "amount": -10000},
}


class Days(Asked):
    """From the first day to the last one, both included, by the house's calendar."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"from": "2026-10-01", "to": "2026-10-31"}]})

    first: Annotated[Day, Field(alias="from")]
    """The first day."""
    last: Annotated[Day, Field(alias="to")]
    """The last day."""

    def period(self) -> Period:
        """Raises PeriodUnclear."""
        return Period(self.first, self.last, ZoneInfo(houses.house().time_zone))


class Balance(Shape):
    """One account in one currency. Debits are positive."""

    account: Account
    currency: Currency
    opening: int
    """In minor units, as all amounts here."""
    debits: int
    credits: int
    closing: int


class TrialBalance(Shape):
    """Every account that was ever used. In each currency, openings and closings come to nothing."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"first": "2026-10-01", "last": "2026-10-31", "accounts": [BALANCE]}]}
    )

    first: Day
    last: Day
    accounts: list[Balance]


class StatementLine(Shape):
    """One side of a posting."""

    account: Account
    detail: str | None
    """What it is for within its account: a tax's place and code, a kind of charge, an extra."""
    amount: Money

    @classmethod
    def of(cls, line: Line) -> StatementLine:
        return cls(account=line.account, detail=line.detail, amount=Money.of(line.amount))


class StatementStep(Shape):
    """One posting."""

    posted_at: Moment
    kind: str
    source: str
    """Its cause, once and for all."""
    lines: list[StatementLine]
    balance: Money
    """How the customer stands after it: what they owe, or where negative what the house holds for them."""

    @classmethod
    def of(cls, step: Step) -> StatementStep:
        return cls(
            posted_at=step.posted_at,
            kind=step.kind,
            source=step.source,
            lines=[StatementLine.of(line) for line in step.lines],
            balance=Money.of(step.balance),
        )


class BookingStatement(Shape):
    """What was posted about one booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"steps": [STEP], "balance": STEP["balance"]}]})

    steps: list[StatementStep]
    balance: Money


@operation(
    "GET",
    "/admin/bookings/<uuid:booking_id>/statement",
    tag=TAG,
    summary="Read a booking's statement",
    answers={200: Says(BookingStatement, "From its first posting to where it stands now.")},
    errors=(BookingNotFound,),
)
def admin_read_statement(_call: Call, *, booking_id: UUID) -> Answer:
    """Every posting about one booking, with the customer's balance after each."""
    booking = queries.by_id(booking_id)
    found = statements.of_booking(booking.id, currency=booking.currency)
    steps = [StatementStep.of(step) for step in found.steps]
    return Answer(BookingStatement(steps=steps, balance=Money.of(found.closing)))


class Correction(Shape):
    """How much of which document, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"amount": {"amount": 5000, "currency": "USD"}, "reason": "Charged twice"}]
        }
    )

    invoice: str | None = Field(default=None, max_length=40)
    """Its number. Left out: the booking's own invoice."""
    amount: money.Asked | None = None
    """Tax included. Left out: all that is not corrected yet."""
    reason: Reason
    """It stands on the credit note."""


class CreditNote(Shape):
    """A document that corrects another one. Its amounts are negative."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "2026-00042",
                    "kind": "credit_note",
                    "issued_at": "2026-12-14T15:00:00Z",
                    "total": {"amount": -5300, "currency": "USD"},
                    "tax": {"amount": -300, "currency": "USD"},
                    "reason": "Charged twice",
                }
            ]
        }
    )

    number: str
    kind: InvoiceKind
    issued_at: Moment
    total: Money
    tax: Money
    reason: str | None

    @classmethod
    def of(cls, row: Invoice) -> CreditNote:
        return cls(
            number=row.number,
            kind=InvoiceKind(row.kind),
            issued_at=row.issued_at,
            total=Money.of(row.total_money),
            tax=Money.of(row.tax),
            reason=row.reason,
        )


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/credit-note",
    tag=TAG,
    summary="Correct an invoice",
    answers={201: Says(CreditNote, "The credit note; the PDF is made and mailed by workers.")},
    errors=(BookingNotFound, InvoiceNotFound, correcting.ReasonWanted, NoAmount, AmountBeyond),
    key_required=True,
    matches=booking_file.SEEN,
)
def admin_credit_invoice(call: Call, *, booking_id: UUID, body: Correction) -> Answer:
    """Issue a credit note for an invoice, wholly or in part. No money moves by it.

    What was not paid is not owed any more; what was paid can be given back by a refund afterwards.
    """
    note = correcting.credit(
        booking_id,
        number=body.invoice,
        amount=body.amount.plain() if body.amount else None,
        reason=body.reason,
        by=call.caller.actor,
        at=call.at,
    )
    return Answer(CreditNote.of(note), 201)


@operation(
    "GET",
    "/admin/books/trial-balance",
    tag=TAG,
    summary="Read a trial balance",
    answers={200: Says(TrialBalance, "The accounts of the period.")},
    errors=(PeriodUnclear,),
)
def admin_read_trial_balance(_call: Call, *, query: Days) -> Answer:
    """Opening, debits, credits and closing of every account, for any period."""
    period = query.period()
    accounts = [
        Balance(
            account=row.account,
            currency=row.currency,
            opening=row.opening.amount,
            debits=row.debits.amount,
            credits=row.credits.amount,
            closing=row.closing.amount,
        )
        for row in trial.balance(start=period.start, end=period.end)
    ]
    return Answer(TrialBalance(first=period.first, last=period.last, accounts=accounts))


@operation(
    "GET",
    "/admin/books/exports/<sheet>",
    tag=TAG,
    summary="Export a period as CSV",
    answers={200: Says(None, "The file.", "text/csv")},
    errors=(PeriodUnclear, SheetUnknown),
)
def admin_export_books(_call: Call, *, sheet: str, query: Days) -> Answer:
    """One of `trial-balance`, `journal`, `taxes`, `invoices`, `invoice-lines`, `receivables`, `prepayments`,
    `deposits`, `paypal` and `desk`, of at most 92 days."""
    found, period = sheets.sheet(sheet), query.period()
    if not archive.possible(period):
        raise PeriodUnclear
    content = "".join(found.written(period)).encode()
    return Answer(File(content, "text/csv", found.file_name(period)))
