"""Correcting an invoice that was issued: it never changes, a credit note of its own lowers it.

The tax goes down in proportion, tax by tax, so that a document that is credited whole has none left. What
the customer has not paid yet they do not owe any more; what they have is the house's debt to them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.bookings import transitions
from exodrive.bookings.by_hand import purse
from exodrive.bookings.models import Booking
from exodrive.bookings.money import bill_credits
from exodrive.house import queries as house
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine, InvoiceNotFound, Recipient
from exodrive.invoicing.models import TAX, Invoice, InvoiceKind
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account, tax_detail
from exodrive.ledger.postings import Side

CREDITED = "credited"  # the code of a credit note's line


class ReasonWanted(Refused):
    """A credit note says why, on its face."""

    code = "reason_wanted"


def credit(
    booking_id: UUID,
    *,
    number: str | None = None,
    amount: Money | None,
    reason: str,
    by: Actor,
    at: datetime,
    first: UUID | None = None,
    version: int | None = None,
) -> Invoice:
    """Correct one of a booking's documents by `amount`, None for all that is left of it.

    `number` names the document, None the booking's own invoice. No money moves: open bills ask for less, the
    `first` one before others, and what was paid can be given back afterwards. Raises BookingNotFound, Stale,
    InvoiceNotFound, ReasonWanted, NoAmount or AmountBeyond.
    """
    booking = transitions.lock(booking_id, version=version)
    document = _document(booking, number)
    if not reason.strip():
        raise ReasonWanted
    most = left(document)
    wanted = most if amount is None else amount
    purse.check_amount(wanted, most=most)
    bills = bill_credits.lock_open(booking)
    note = issue_note(booking, document, wanted, reason=reason.strip(), given_to=None, at=at)
    transitions.note(
        booking,
        "invoice.credited",
        by=by,
        at=at,
        reason=reason,
        number=note.number,
        corrects=document.number,
        amount=wanted.amount,
        currency=wanted.currency,
    )
    bill_credits.lower(booking, bills, wanted, first=first, note=note.number, by=by, at=at)
    return note


def left(document: Invoice) -> Money:
    """What is not credited of a document."""
    credited = (note.total_money for note in issuing.corrections_of(document.id))
    return document.total_money + total(credited, currency=document.currency)


def issue_note(
    booking: Booking,
    document: Invoice,
    amount: Money,
    *,
    reason: str,
    given_to: Account | None,
    at: datetime,
) -> Invoice:
    """Write the credit note and post it.

    `given_to` is where the money that goes back stands. Without it what is owed is lowered first, and the
    rest stands as a prepayment that can be given back.
    """
    taxes = tax_shares(document, amount)
    net = amount - total((share for _, share in taxes), currency=amount.currency)
    note = issuing.issue(
        booking.id,
        recipient=Recipient(document.recipient_name, document.recipient_address, document.recipient_email),
        lines=[
            InvoiceLine(CREDITED, {"number": document.number}, -net),
            *(InvoiceLine(TAX, params, -share) for params, share in taxes if share),
        ],
        total=-amount,
        paid=Money.zero(amount.currency),
        zone=ZoneInfo(house.house().time_zone),
        at=at,
        kind=InvoiceKind.CREDIT_NOTE,
        corrects=document.id,
        reason=reason,
        supplied_on=document.supplied_on,
    )
    sides: dict[Side, Money] = {(Account.REFUNDS, document.kind): net}
    for params, share in taxes:
        side = Account.TAX, tax_detail(params["jurisdiction"], params["code"])
        sides[side] = sides.get(side, Money.zero(amount.currency)) + share
    owed = Money.zero(amount.currency) if given_to else min(_owed(booking), amount)
    sides[Account.RECEIVABLE] = -owed
    sides[given_to or Account.PREPAID] = -(amount - owed)
    postings.post("credit_note", source=f"credit_note:{note.id}", booking_id=booking.id, sides=sides, at=at)
    return note


def tax_shares(document: Invoice, amount: Money) -> list[tuple[dict[str, Any], Money]]:
    """How much of `amount` is each tax of the document.

    Rounded down over all that was credited by then: the last note takes along what rounding has left.
    """
    before = document.total_money - left(document)
    return [
        (
            {**params, "base_amount": -_part(params["base_amount"], document, before, amount)},
            Money(_part(tax, document, before, amount), document.currency),
        )
        for code, params, tax in document.lines
        if code == TAX
    ]


def _part(figure: int, document: Invoice, before: Money, amount: Money) -> int:
    """The share of a figure that `amount` takes along, when `before` has taken its own."""
    whole = document.total
    return figure * (before + amount).amount // whole - figure * before.amount // whole


def _owed(booking: Booking) -> Money:
    owed = postings.balance(Account.RECEIVABLE, currency=booking.currency, booking_id=booking.id)
    return max(owed, Money.zero(booking.currency))


def _document(booking: Booking, number: str | None) -> Invoice:
    """The document of this number; else the booking's invoice, or of one without it the first that it has."""
    found = [row for row in issuing.all_of_booking(booking.id) if row.kind != InvoiceKind.CREDIT_NOTE]
    found.sort(key=lambda row: row.kind != InvoiceKind.INVOICE)
    for row in found:
        if number in (None, row.number):
            return row
    raise InvoiceNotFound(number or str(booking.id))
