"""The invoice of a booking that ended without a rental, for the fee that was kept.

It is issued as the fee is earned, so that no tax is charged without a document; by hand only where that was
before invoices did so by themselves. A rental's own is issued with its settlement: one for each booking.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.money import earnings
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine, Recipient
from exodrive.invoicing.models import Invoice
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict
from exodrive.kernel.money import Money, total
from exodrive.payments import operations, tree
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose
from exodrive.pricing.price import Line, Price

FEE = "cancellation_fee"  # the code of the invoice's line
ENDED = frozenset({State.CANCELLED, State.NO_SHOW})


class InvoiceNotYet(Conflict):
    """The booking has not ended, or its money has not come to rest: the figures may still change."""

    code = "invoice_not_yet"


class NothingToInvoice(Conflict):
    """The booking ended and cost nothing."""

    code = "nothing_to_invoice"


def kept(booking: Booking, rental: Payment | None) -> Money:
    """What was kept of an ended booking. Raises InvoiceNotYet or NothingToInvoice."""
    if booking.state not in ENDED:
        raise InvoiceNotYet
    nothing = Money.zero(booking.currency)
    stays = tree.captured(rental) - tree.refunded(rental) if rental else nothing
    if rental is not None and (operations.money_moves(rental) or tree.live_authorization(rental) is not None):
        raise InvoiceNotYet
    if stays > booking.fee_left:
        raise InvoiceNotYet  # a refund is on its way
    if stays <= nothing or booking.renter is None:
        raise NothingToInvoice
    return stays


def issue(
    booking_id: UUID, *, by: Actor, at: datetime, reason: str | None = None, version: int | None = None
) -> Invoice:
    """The booking's invoice, issued now if it has none. Raises InvoiceNotYet, NothingToInvoice, Stale."""
    booking = transitions.lock(booking_id, version=version)
    found = issuing.of_booking(booking.id)
    if found is not None:
        return found
    fee = kept(booking, tree.lock_one(booking.id, Purpose.RENTAL))
    return write(booking, fee, by=by, at=at, reason=reason)


def write(booking: Booking, fee: Money, *, by: Actor, at: datetime, reason: str | None = None) -> Invoice:
    """Issue the invoice for a fee that was earned. Raises NothingToInvoice where nobody was named yet."""
    renter = booking.renter
    if renter is None:
        raise NothingToInvoice
    invoice = issuing.issue(
        booking.id,
        recipient=Recipient(renter.name, renter.address, renter.email),
        lines=lines(booking.agreed, fee),
        total=fee,
        paid=fee,
        zone=ZoneInfo(house.house().time_zone),
        at=at,
        supplied_on=booking.pickup_at.astimezone(booking.pickup_place.zone).date(),
    )
    transitions.note(booking, "invoice.issued", by=by, at=at, reason=reason, number=invoice.number)
    return invoice


def lines(price: Price, fee: Money) -> list[InvoiceLine]:
    """The fee, and the taxes within it by place."""
    taxes = [
        InvoiceLine(line.code, {**line.params, "base_amount": _base(line, fee, price)}, share)
        for line, share in zip(earnings.tax_lines(price), earnings.fee_taxes(price, fee), strict=True)
        if share
    ]
    net = fee - total((line.amount for line in taxes), currency=fee.currency)
    return [InvoiceLine(FEE, {}, net), *taxes]


def _base(tax: Line, fee: Money, price: Price) -> int:
    """The fee's share of what the tax was due on."""
    base: int = tax.params["base_amount"]
    return base * fee.amount // (price.total.amount or 1)
