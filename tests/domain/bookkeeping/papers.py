"""Documents issued for themselves, beside any rental: what matters is their number and their lines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine, Recipient
from exodrive.invoicing.models import TAX, Invoice, InvoiceKind
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account, tax_detail
from exodrive.ledger.postings import Side

ZONE = ZoneInfo("America/New_York")


def tax(place: str, code: str, *, rate_ppm: int, net: Money) -> InvoiceLine:
    """A tax line as pricing writes it: rounded down."""
    params = {
        "code": code, "name": code, "jurisdiction": place, "rate_ppm": rate_ppm, "base_amount": net.amount
    }  # fmt: skip
    return InvoiceLine(TAX, params, Money(net.amount * rate_ppm // 1_000_000, net.currency))


def issue(
    booking_id: UUID,
    net: Money,
    *taxes: InvoiceLine,
    at: datetime,
    kind: InvoiceKind = InvoiceKind.INVOICE,
    supplied_on: date | None = None,
) -> Invoice:
    """An invoice that is owed, and its posting, as a settlement would leave them."""
    lines = [InvoiceLine("rental_days", {"days": 1, "unit_amount": net.amount}, net), *taxes]
    total = Money(sum(line.amount.amount for line in lines), net.currency)
    invoice = issuing.issue(
        booking_id,
        recipient=Recipient("Mara Lindqvist", "12 Elm Street", "mara@renter.example"),
        lines=lines,
        total=total,
        paid=Money.zero(net.currency),
        zone=ZONE,
        at=at,
        kind=kind,
        supplied_on=supplied_on,
    )
    sides: dict[Side, Money] = {Account.RECEIVABLE: total, Account.RENTAL: -net}
    for line in taxes:
        sides[Account.TAX, tax_detail(line.params["jurisdiction"], line.params["code"])] = -line.amount
    postings.post("settlement", source=f"settlement:{booking_id}", booking_id=booking_id, sides=sides, at=at)
    return invoice
