"""What the deposit does not cover, as a bill to the renter, and as an invoice where it came up later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.billing import opening
from exodrive.billing.models import Bill
from exodrive.billing.opening import BillLine, Recipient
from exodrive.bookings.models import Booking, Charge
from exodrive.house import queries as house
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel.money import Money

PREFIX = "charge_"  # before the kind, among the lines of bills and invoices


def code(charge: Charge) -> str:
    return PREFIX + charge.kind


def line(charge: Charge, *, currency: str, covered: int = 0) -> BillLine:
    """A charge, or what is left of it where so much of it came from the deposit."""
    params = {**charge.params, "note": charge.note}
    if covered:
        params["of"] = charge.amount
    return BillLine(code(charge), params, Money(charge.amount - covered, currency))


def spread(booking: Booking, kept: Money) -> list[tuple[Charge, Money]]:
    """What was `kept` of the deposit over the charges, in the order in which they were entered."""
    left, shares = max(kept.amount, 0), []
    for charge in booking.charges:
        share = min(charge.amount, left)
        left -= share
        shares.append((charge, Money(share, booking.currency)))
    return shares


def supplement(
    booking: Booking, lines: list[InvoiceLine], due: Money, *, at: datetime, supplied_on: date | None = None
) -> Invoice:
    """Issue an invoice of its own for what came up beside the rental; nothing of it is paid yet.

    Raises ValueError where the lines are not what is `due`: a fault of the caller.
    """
    renter = booking.renter
    if renter is None:
        raise ValueError("what is charged has a renter")
    return issuing.issue(
        booking.id,
        recipient=issuing.Recipient(renter.name, renter.address, renter.email),
        lines=lines,
        total=due,
        paid=Money.zero(booking.currency),
        zone=ZoneInfo(house.house().time_zone),
        at=at,
        kind=InvoiceKind.SUPPLEMENT,
        supplied_on=supplied_on,
    )


def open_for(
    booking: Booking, lines: Iterable[BillLine], *, cause: str, invoice_id: UUID, at: datetime
) -> Bill:
    """The bill for these lines of an invoice; the one there is for this cause, where there is one."""
    renter = booking.renter
    if renter is None:
        raise ValueError("a rental that took place has a renter")
    return opening.open_bill(
        booking.id,
        recipient=Recipient(renter.name, renter.email),
        lines=list(lines),
        note="",
        at=at,
        cause=cause,
        invoice_id=invoice_id,
    )
